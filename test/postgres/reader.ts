import { onTestFinished } from 'vitest'
import type { ConfigStore } from 'trimtab'
import {
  type ListenerParts,
  pgDatabase,
  type PostgresListener,
  storeOn,
} from '../../packages/trimtab/src/postgres/index.ts'

export const environment = 'checkout/production'

/** The usual times, a tenth of them. */
const quick = {
  beat: 200,
  patience: 300,
  proof: 200,
  reconnect: 10,
  reconnectAtMost: 400,
  healthyAfter: 1_000,
  pushAgainAfter: 600,
} satisfies ListenerParts['timings']

export interface OpenStore {
  readonly store: ConfigStore
  readonly listener: PostgresListener
}

/** A store of the running test, with a feed that is as quick as its timings; closed when the test ends. */
export function openStore(
  url: string,
  options: {
    readonly timings?: ListenerParts['timings']
    readonly schema?: string
    readonly queryTimeout?: number
  } = {},
): OpenStore {
  const { timings = quick, schema, queryTimeout = 2_000 } = options
  const database = pgDatabase({ connectionString: url, queryTimeout, connectTimeout: queryTimeout })
  const store = storeOn(database, { timings, schema })
  onTestFinished(() => store.close())
  return { store, listener: store.listener }
}

/** Somebody who reads everything after each wake-up, and tries again at the next when that fails. */
export interface Reader {
  readonly revision: number
  readonly tree: unknown
  readonly wakeups: number
  readonly failures: number
  /** Every revision it has had, in its order. */
  readonly seen: readonly number[]
  stop(): Promise<void>
}

export function follow(store: ConfigStore, of: string = environment): Reader {
  const controller = new AbortController()
  const reader = { revision: -1, tree: undefined as unknown, wakeups: 0, failures: 0, seen: [] as number[] }
  const read = async () => {
    try {
      const { cursor, tree } = await store.readEnvironment(of, controller.signal)
      if (cursor.revision !== reader.revision) reader.seen.push(cursor.revision)
      Object.assign(reader, { revision: cursor.revision, tree })
    } catch {
      reader.failures += 1
    }
  }
  const done = (async () => {
    for await (const _ of store.wakeups(of, controller.signal)) {
      reader.wakeups += 1
      await read()
    }
  })()
  const stop = async () => {
    controller.abort()
    await done
  }
  onTestFinished(stop)
  return Object.assign(Object.create(reader) as Reader, { stop })
}

/** Publishes one value on top of whatever is there. */
export async function publish(store: ConfigStore, value: number, scope: string = environment): Promise<number> {
  const of = scope.split('/').slice(0, 2).join('/')
  for (;;) {
    const { cursor: expected } = await store.readEnvironment(of)
    const terms = { author: 'dana', message: 'test', expected }
    const result = await store.publish([{ scope, path: 'value', value }], terms)
    if (result.kind === 'published') return result.cursor.revision
    if (result.kind !== 'conflict') throw new Error(`The publish was ${result.kind}`)
  }
}

/** Waits for something that can be seen; the time-out of the test is the limit. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5))
}
