import { onTestFinished } from 'vitest'
import { z } from 'zod'
import { defineConfig } from '../../packages/trimtab/src/schema/define-config.ts'
import { dynamic, perTenant } from '../../packages/trimtab/src/schema/marks.ts'
import { objectSource } from '../../packages/trimtab/src/sources/object.ts'
import type { Edit } from '../../packages/trimtab/src/store/edit.ts'
import { memoryStore } from '../../packages/trimtab/src/store/memory/memory-store.ts'
import { storeSource } from '../../packages/trimtab/src/store/source/store-source.ts'
import type { TrimtabEvent } from '../../packages/trimtab/src/events/event-types.ts'
import { faultyStore } from './faulty-store.ts'
import { createManualClock } from '../../packages/trimtab/src/testing/manual-clock.ts'
import { startPlane } from '../../packages/trimtab/src/plane/on-demand/start-plane.ts'
import type { PlaneOptions } from '../../packages/trimtab/src/plane/options.ts'
import type { Plane } from '../../packages/trimtab/src/plane/plane.ts'

export const environment = 'checkout/production'
export const config = defineConfig(
  z.object({
    pool: dynamic(z.object({ max: z.number().max(100).default(10), idle: z.number().default(1) })),
    limits: perTenant(z.object({ rate: z.number().max(1_000).default(100) })),
  }),
)
export type Config = { readonly pool: { readonly max: number }; readonly limits: { readonly rate: number } }

/** A store with faults, and planes that read it; they are closed with the test. */
export function storeWorld() {
  const clock = createManualClock()
  const memory = memoryStore({ clock })
  const store = faultyStore(memory, clock)
  const lines: string[] = []
  const events: TrimtabEvent[] = []
  const write = (line: string) => void lines.push(line)
  const logger = { debug() {}, info: write, warn: write, error: write }
  const publish = async (...edits: readonly Edit[]) => {
    const { cursor: expected } = await memory.readEnvironment(environment)
    const result = await memory.publish(edits, { author: 'dana', message: 'why', expected })
    if (result.kind !== 'published') throw new Error(JSON.stringify(result))
    return result.cursor
  }
  const set = (path: string, value: number, scope = environment) => publish({ scope, path, value })
  const start = async (options: Partial<PlaneOptions> = {}) => {
    const plane = await startPlane<Config>({
      config,
      clock,
      logger,
      random: () => 0.5,
      sources: [objectSource({ pool: { max: 5 } }), storeSource({ store, environment, optional: true })],
      ...options,
    })
    onTestFinished(async () => void (await plane.close()))
    plane.events.on((event) => void events.push(event))
    return plane
  }
  const source = (plane: Plane<Config>) => plane.sources.find(({ name }) => name === `store:${environment}`)
  return { clock, memory, store, lines, events, publish, set, start, source }
}
