import { setImmediate } from 'node:timers/promises'
import { createPlane, defineConfig, dynamic, type JsonObject, type Layer, type OverlaySource } from 'trimtab'
import { digestOf, perTenant, sourceName } from 'trimtab'
import { scriptedSource } from 'trimtab/testing'
import { z } from 'zod'
import { median } from '../measure/compare.ts'
import { interleave, once } from '../measure/interleave.ts'
import type { Measured } from '../measure/measured.ts'

const count = 10_000
const section = z.object(
  Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`f${index}`, z.number().default(0)])),
)
const config = defineConfig(
  z.object({ shared: dynamic(z.object({ revision: z.number().default(0) })), ...fields(['a', 'b', 'c', 'd', 'e']) }),
)

function fields(names: readonly string[]) {
  return Object.fromEntries(names.map((name) => [name, perTenant(section)]))
}

const name = sourceName('tenants', 'bench')

/** What a store would give: values, and nothing about where they stand. */
class BenchLayer implements Layer {
  readonly source = name
  readonly tree: JsonObject

  constructor(index: number) {
    this.tree = Object.freeze({ a: Object.freeze({ f0: index, f1: index + 1, f2: index + 2 }) })
  }

  get digest() {
    return digestOf(this.tree)
  }

  locate() {
    return undefined
  }
}

/** Keeps nothing itself, so that what is measured is what the plane keeps: each tenant's id and values among it. */
function overlays(tenants: number): OverlaySource {
  return {
    name,
    unlisted: 'shared',
    open: () => ({
      async list() {
        const all = Array.from({ length: tenants }, (_, index) => {
          return { tenant: `tenant-${index}`, state: 'active', isChanged: true, origin: { source: name } } as const
        })
        return { kind: 'listed', tenants: all, warnings: [] }
      },
      async read(tenant) {
        return { kind: 'layer', layer: new BenchLayer(Number(tenant.slice(7))), warnings: [] }
      },
      async close() {},
    }),
  }
}

/** What 10,000 tenants of 50 fields, 3 of them their own, cost until somebody reads them. */
export async function measure(): Promise<Measured> {
  const start = async (tenants: number) => {
    let revision = 0
    const source = scriptedSource({ tree: {} })
    const plane = await createPlane({
      config,
      sources: [source],
      logger: false,
      tenants: { overlays: overlays(tenants) },
    })
    return {
      plane,
      /** One change of what all share, with everything that happens in the turn of its commit. */
      async commit() {
        revision += 1
        source.set({ shared: { revision } })
        const { status } = await plane.reload()
        if (status !== 'full_success' && status !== 'unchanged') throw new Error(`A change ended as ${status}.`)
      },
    }
  }
  // What the first one loads and compiles is no tenant's.
  await (await start(count)).plane.close()
  const theirs: number[] = []
  // Several, as the heap is never quite at rest: what the engine keeps for itself comes and goes.
  for (let round = 0; round < 5; round += 1) {
    const before = await heapUsed()
    const without = await start(0)
    // A plane itself is none of theirs.
    const between = await heapUsed()
    const within = await start(count)
    theirs.push((await heapUsed()) - between - (between - before))
    for (const { plane } of [without, within]) await plane.close()
  }
  const none = await start(0)
  const many = await start(count)

  const batch = 50
  const commits = (subject: typeof many) =>
    once(
      () => {},
      async () => {
        for (let index = 0; index < batch; index += 1) await subject.commit()
      },
    )
  const times = await interleave({ many: commits(many), none: commits(none) }, { rounds: 61, warmUp: 10 })
  for (const { plane } of [none, many]) await plane.close()

  // The quickest rounds, in which nothing else was going on: the difference is far below what the machine adds to one.
  const extra = ((Math.min(...times.many) - Math.min(...times.none)) / batch) * 1e3
  return [
    bounded('a tenant of 50 fields, 3 its own, until read', 'bytes', median(theirs) / count, 300),
    bounded('a shared change with 10,000 tenants, before the first read', 'µs', Math.max(0, extra), 10),
  ]
}

function bounded(title: string, unit: 'bytes' | 'µs', value: number, bar: number) {
  return {
    name: title,
    unit,
    value,
    peer: 'the bar',
    peerValue: bar,
    ratio: value / bar,
    limit: { atMost: 1 },
  } as const
}

async function heapUsed(): Promise<number> {
  for (let round = 0; round < 3; round += 1) {
    await setImmediate()
    globalThis.gc?.()
  }
  return process.memoryUsage().heapUsed
}
