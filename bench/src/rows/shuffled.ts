import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createPlane, defineConfig, dynamic, fileSource } from 'trimtab'
import { z } from 'zod'
import { compared } from '../measure/compare.ts'
import { interleave, looped } from '../measure/interleave.ts'
import type { Measured } from '../measure/measured.ts'
import { inFolder } from '../subjects/folder.ts'

const reloads = 100
const keys = ['c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'] as const
const inner = z.object({
  c: z.number(),
  ...Object.fromEntries(keys.slice(1).map((key) => [key, z.number().optional()])),
})
const config = defineConfig(z.object({ a: dynamic(z.object({ b: inner, x: z.number(), y: z.number() })) }))

/** The same keys in another order, and some of them absent, at each revision. */
function shuffledFile(revision: number): string {
  const present = keys.filter((key, index) => key === 'c' || (revision + index) % 3 > 0)
  const inOrder = present.map((_, index) => present[(index * 5 + revision) % present.length])
  const distinct = [...new Set([...inOrder, ...present])]
  const b = `"b": { ${distinct.map((key, index) => `"${key}": ${revision + index}`).join(', ')} }`
  const fields = ['"x": 1', b, `"y": ${revision}`]
  return `{ "a": { ${[...fields.slice(revision % 3), ...fields.slice(0, revision % 3)].join(', ')} } }`
}

/** Two readers with the same text: one only ever meets the first snapshots, the other every one of a hundred reloads. */
export async function measure(): Promise<Measured> {
  const reader = async (copy: string) => {
    // A query makes another instance of the module.
    const { readInTurn } = (await import(`./reader.js?${copy}`)) as typeof import('./reader.ts')
    return readInTurn
  }
  const readFresh = await reader('fresh')
  const readReloaded = await reader('reloaded')

  const times = await inFolder(async (folder) => {
    const path = join(folder, 'shuffled.json')
    const start = async () => createPlane({ config, sources: [fileSource(path, { watch: false })], logger: false })
    await writeFile(path, shuffledFile(0))
    const fresh = [await start(), await start()] as const
    const reloaded = [await start(), await start()] as const
    for (let revision = 1; revision <= reloads; revision += 1) {
      await writeFile(path, shuffledFile(revision))
      for (const plane of reloaded) await plane.reload()
      readReloaded(reloaded, 1_000)
    }
    const measured = await interleave(
      {
        fresh: looped((count) => readFresh(fresh, count)),
        reloaded: looped((count) => readReloaded(reloaded, count)),
      },
      { rounds: 101 },
    )
    if (reloaded.some((plane) => plane.snapshot.generation !== reloads + 1)) throw new Error('A reload was refused.')
    for (const plane of [...fresh, ...reloaded]) await plane.close()
    return measured
  })
  return [
    compared({
      name: 'plane.config.a.b.c after 100 reloads, keys shuffled',
      unit: 'ns',
      times: times.reloaded,
      peer: 'before them',
      peerTimes: times.fresh,
      limit: { atMost: 1.3 },
    }),
  ]
}
