import { expect, onTestFinished } from 'vitest'
import { startPlane } from '../../packages/trimtab/src/plane/on-demand/start-plane.ts'
import type { PlaneOptions } from '../../packages/trimtab/src/plane/options.ts'
import { sleep } from '../../packages/trimtab/src/primitives/time/clock.ts'
import { objectSource } from '../../packages/trimtab/src/sources/object.ts'
import type { ConfigStore } from '../../packages/trimtab/src/store/config-store.ts'
import type { Edit } from '../../packages/trimtab/src/store/edit.ts'
import type { OpenTenantStore } from '../../packages/trimtab/src/store/homes/home-options.ts'
import { memoryStore } from '../../packages/trimtab/src/store/memory/memory-store.ts'
import { createManualClock } from '../../packages/trimtab/src/testing/manual-clock.ts'
import { type FaultyStore, faultyStore } from './faulty-store.ts'
import { config, type Config, environment } from './store-world.ts'

/** A database in memory for each tenant that is asked for, whose connections are counted. */
export function memoryDatabases() {
  const clock = createManualClock()
  const memories = new Map<string, ConfigStore>()
  const opened: FaultyStore[] = []
  const live = new Set<ConfigStore>()
  const listening = new Set<object>()
  const state = { failOpen: undefined as Error | undefined, down: false, silent: false, delay: 0, closing: 0 }
  const memoryOf = (tenant: string) => {
    const memory = memories.get(tenant) ?? memoryStore({ clock })
    memories.set(tenant, memory)
    return memory
  }
  const open: OpenTenantStore = async (tenant) => {
    if (state.failOpen !== undefined) throw state.failOpen
    const store = faultyStore(memoryOf(tenant), clock)
    Object.assign(store.faults, { down: state.down, silent: state.silent, delay: state.delay })
    const made: FaultyStore = {
      ...store,
      async *wakeups(...asked) {
        const mine = {}
        listening.add(mine)
        try {
          yield* store.wakeups(...asked)
        } finally {
          listening.delete(mine)
        }
      },
      async close() {
        if (state.closing > 0) await sleep(clock, state.closing)
        live.delete(made)
      },
    }
    opened.push(made)
    live.add(made)
    return made
  }
  const publish = async (tenant: string, ...edits: readonly Edit[]) => {
    const memory = memoryOf(tenant)
    const { cursor: expected } = await memory.readEnvironment(environment)
    return memory.publish(edits, { author: 'dana', message: 'why', expected })
  }
  const set = (tenant: string, value: number) =>
    publish(tenant, { scope: `${environment}/${tenant}`, path: 'limits.rate', value })
  const lines: string[] = []
  const write = (line: string) => void lines.push(line)
  const start = async (tenants: object = {}, options: Partial<PlaneOptions> = {}) => {
    const plane = await startPlane<Config>({
      config,
      clock,
      random: () => 0.5,
      logger: { debug() {}, info: write, warn: write, error: write },
      sources: [objectSource({ limits: { rate: 42 } })],
      tenants: { mode: 'perDatabase', environment, open, ...tenants },
      ...options,
    })
    onTestFinished(async () => {
      const closing = plane.close()
      await clock.advance(100)
      await closing
      expect([live.size, listening.size, clock.pending]).toEqual([0, 0, 0])
    })
    const rate = (tenant: string) => plane.tenants.get(tenant).config.limits.rate
    /** What waits for more than turns is given its time. */
    const taking = async <T>(work: Promise<T>, milliseconds = 10): Promise<T> => {
      work.catch(() => {})
      await clock.advance(milliseconds)
      return work
    }
    return { plane, tenants: plane.tenants, rate, taking }
  }
  return { clock, open, memoryOf, opened, live, listening, state, publish, set, start, lines }
}
