import { setImmediate } from 'node:timers/promises'
import {
  type ConfigStore,
  createPlane,
  defineConfig,
  type JsonObject,
  memoryStore,
  perTenant,
  type Plane,
  storeSource,
} from 'trimtab'
import { z } from 'zod'
import type { Measured } from '../measure/measured.ts'

const count = 10_000
const environment = 'bench/production'
const own = { f0: z.number().default(0), f1: z.number().default(0), f2: z.number().default(0) }
const others = Object.fromEntries(Array.from({ length: 47 }, (_, index) => [`g${index}`, z.number().default(0)]))
const config = defineConfig(z.object({ limits: perTenant(z.object({ ...own, ...others })) }))

/**
 * What 10,000 tenants of 50 fields, 3 of them their own, cost in a plane that reads them from a store, until somebody reads
 * them: what the plane knows of each, its values and what follows the store. The store itself is none of it.
 */
export async function measure(): Promise<Measured> {
  const [none, many] = [await storeOf(0), await storeOf(count)]
  // What the first ones load and compile is no tenant's.
  for (let round = 0; round < 3; round += 1) for (const store of [none, many]) await (await open(store)).close()
  const rounds: number[] = []
  for (let round = 0; round < 5; round += 1) {
    rounds.push(((await costOf(many)) - (await costOf(none))) / count)
  }
  // A plane keeps some 270 of each, wherever tenants come from; the document that is followed has an index of its own, 46 more.
  const value = rounds.toSorted((a, b) => a - b)[2] ?? Number.NaN
  const name = 'a tenant in a store, of 50 fields, 3 its own, until read'
  return [{ name, unit: 'bytes', value, peer: 'the bar', peerValue: 300, ratio: value / 300, limit: { atMost: 1 } }]
}

/** Bytes that a plane keeps until it is closed. */
async function costOf(store: ConfigStore): Promise<number> {
  const before = await heapUsed()
  const plane = await open(store)
  const cost = (await heapUsed()) - before
  await plane.close()
  return cost
}

function open(store: ConfigStore): Promise<Plane<unknown>> {
  const sources = [storeSource({ store, environment, optional: true })]
  return createPlane({ config, sources, logger: false, tenants: { mode: 'shared', store } })
}

/** It gives copies of what it has, as a store does that is elsewhere. */
async function storeOf(tenants: number): Promise<ConfigStore> {
  const store = memoryStore()
  const atOnce = 2_500
  for (let from = 0; from < tenants; from += atOnce) {
    const { cursor: expected } = await store.readEnvironment(environment)
    const edits = Array.from({ length: atOnce }, (_, index) => {
      const value = { f0: from, f1: from + index, f2: index }
      return { scope: `${environment}/tenant-${from + index}`, path: 'limits', value }
    })
    const { kind } = await store.publish(edits, { author: 'bench', message: 'Fill it', expected })
    if (kind !== 'published') throw new Error(`The tenants were ${kind}.`)
  }
  return {
    ...store,
    async readEnvironment(...asked) {
      const document = await store.readEnvironment(...asked)
      // As text, which is how they come from elsewhere.
      const overlays: [string, JsonObject][] = JSON.parse(JSON.stringify([...document.overlays]))
      return { ...document, overlays: new Map(overlays) }
    },
  }
}

async function heapUsed(): Promise<number> {
  for (let round = 0; round < 6; round += 1) {
    await setImmediate()
    globalThis.gc?.()
  }
  return process.memoryUsage().heapUsed
}
