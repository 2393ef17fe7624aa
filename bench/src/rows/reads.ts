import { ConfigService } from '@nestjs/config'
import { createPlane, defineConfig, objectSource } from 'trimtab'
import { z } from 'zod'
import { compared } from '../measure/compare.ts'
import { interleave, looped } from '../measure/interleave.ts'
import type { Measured } from '../measure/measured.ts'
import { loadConfig, loadConvict, loadNconf } from '../peers/untyped.ts'

const field = z.number().default(0)
const config = defineConfig(z.object({ a: z.object({ b: z.object({ c: field, d: field }), e: field }), f: field }))
const valuesOf = (c: number) => ({ a: { b: { c, d: 2 }, e: 3 }, f: 4 })
const convictField = { default: 0, format: Number }
const convictSchema = { a: { b: { c: convictField, d: convictField }, e: convictField }, f: convictField }

interface Getter {
  get(path: string): number | undefined
}

const gets = (getter: Getter, path: string) =>
  looped((times) => {
    let sum = 0
    for (let index = 0; index < times; index += 1) sum += getter.get(path) ?? 0
    return sum
  })

/** Reading one number three levels down. The loops go back and forth between two snapshots, or nothing would be read twice. */
export async function measure(): Promise<Measured> {
  const start = (c: number) => createPlane({ config, sources: [objectSource(valuesOf(c))], logger: false })
  const planes = [await start(1), await start(2)] as const
  const trees = [frozenValues(1), frozenValues(2)] as const

  const times = await interleave(
    {
      plane: looped((count) => {
        let sum = 0
        for (let index = 0; index < count; index += 1) sum += planes[index & 1 ? 1 : 0].config.a.b.c
        return sum
      }),
      path: looped((count) => {
        let sum = 0
        for (let index = 0; index < count; index += 1) sum += trees[index & 1 ? 1 : 0].a.b.c
        return sum
      }),
      config: gets(loadConfig(valuesOf(1)), 'a.b.c'),
      convict: gets(loadConvict(convictSchema).load(valuesOf(1)), 'a.b.c'),
      nconf: gets(loadNconf(valuesOf(1)), 'a:b:c'),
      nest: gets(new ConfigService<Record<string, unknown>>(valuesOf(1)) as Getter, 'a.b.c'),
    },
    { rounds: 61 },
  )
  for (const plane of planes) await plane.close()

  const read = { unit: 'ns', times: times.plane } as const
  const faster = { atLeast: 40 }
  return [
    compared({
      ...read,
      name: 'plane.config.a.b.c',
      peer: 'frozen path',
      peerTimes: times.path,
      limit: { atMost: 1.5 },
    }),
    compared({
      ...read,
      name: 'plane.config.a.b.c, against config',
      peer: 'config.get',
      peerTimes: times.config,
      limit: faster,
    }),
    compared({
      ...read,
      name: 'plane.config.a.b.c, against convict',
      peer: 'convict.get',
      peerTimes: times.convict,
      limit: faster,
    }),
    compared({
      ...read,
      name: 'plane.config.a.b.c, against nconf',
      peer: 'nconf.get',
      peerTimes: times.nconf,
      limit: faster,
    }),
    compared({
      ...read,
      name: 'plane.config.a.b.c, against Nest',
      peer: 'ConfigService.get',
      peerTimes: times.nest,
      limit: faster,
    }),
  ]
}

function frozenValues(c: number) {
  const { a, f } = valuesOf(c)
  return Object.freeze({ a: Object.freeze({ b: Object.freeze(a.b), e: a.e }), f })
}
