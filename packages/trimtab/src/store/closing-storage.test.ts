import { expect, test, vi } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { createConfigStore } from './create-config-store.ts'
import { genesis } from './cursor.ts'
import { createMemoryStorage } from './memory/memory-storage.ts'
import type { StoreStorage } from './storage.ts'

const environment = 'checkout/production'
const edits = [{ scope: environment, path: 'pool.max', value: 20 }]
const terms = { author: 'dana', message: 'More', expected: genesis }
const closed = { code: 'store_unavailable', message: 'The store is closed.' }

/** A store on a storage of which some never answer, and the signals that those were given. */
function open(silent: readonly (keyof StoreStorage)[]) {
  const clock = createManualClock()
  const storage = createMemoryStorage(clock)
  const signals: (AbortSignal | undefined)[] = []
  const silence = (...given: readonly unknown[]) => {
    const signal = given.at(-1)
    signals.push(signal instanceof AbortSignal ? signal : undefined)
    return new Promise<never>(() => {})
  }
  const mute = Object.fromEntries(silent.map((name) => [name, silence]))
  const close = vi.fn(() => storage.close())
  const store = createConfigStore({ storage: { ...storage, ...mute, close }, clock })
  return { clock, storage, store, signals, close }
}

test('who waits for an answer of a storage that gives none is told at once that it is closed', async () => {
  const { clock, store, signals } = open([
    ...(['prepare', 'load', 'following', 'revisions', 'prune', 'putSchema', 'markLive'] as const),
    ...(['schemas', 'environments'] as const),
  ])
  const { signal } = new AbortController()
  const waiting = [
    store.publish(edits, terms),
    store.publish(edits, { ...terms, signal }),
    store.rollback(environment, 0, terms),
    store.read(environment),
    store.readEnvironment(environment, signal),
    store.since(environment, genesis, 10),
    store.history(environment),
    store.prune(environment, 1),
    store.registerSchema('checkout', '1.0.0', {}),
    store.markLive('checkout', '1.0.0', 1_000),
    store.schemas('checkout'),
    store.environments(),
  ].map((each) => expect(each).rejects.toMatchObject(closed))
  await clock.advance(0)
  expect(signals).toHaveLength(waiting.length)
  expect(signals.every((each) => each?.aborted === false)).toBe(true)
  await store.close()
  await Promise.all(waiting)
  expect(signals.every((each) => each?.aborted === true)).toBe(true)
  expect(clock.pending).toBe(0)
})

test('a publish that is being stored ends before the storage does, and says what became of it', async () => {
  const { clock, storage, store, close } = open([])
  let answer = () => {}
  const late = createConfigStore({
    storage: {
      ...storage,
      close,
      async append(...given) {
        await new Promise<void>((resolve) => (answer = resolve))
        return storage.append(...given)
      },
    },
    clock,
  })
  const published = late.publish(edits, terms)
  await clock.advance(0)
  const closing = late.close()
  await clock.advance(9_000)
  expect(close).not.toHaveBeenCalled()
  answer()
  expect(await published).toMatchObject({ kind: 'published', cursor: { revision: 1 } })
  await closing
  expect(close).toHaveBeenCalledOnce()
  expect(clock.pending).toBe(0)
  expect((await store.read(environment)).tree).toEqual({ pool: { max: 20 } })
  await store.close()
})

test('one of which nothing is heard is given up after ten seconds, with a word about what is not known', async () => {
  const { clock, store, signals, close } = open(['append'])
  const published = expect(store.publish(edits, terms)).rejects.toMatchObject({
    code: 'store_unavailable',
    message: expect.stringContaining('before it said what became of this publish'),
  })
  await clock.advance(0)
  const closing = store.close()
  await clock.advance(9_999)
  expect(close).not.toHaveBeenCalled()
  expect(signals.map((each) => each?.aborted)).toEqual([false])
  await clock.advance(1)
  await Promise.all([published, closing])
  expect(close).toHaveBeenCalledOnce()
  expect(signals.map((each) => each?.aborted)).toEqual([true])
  expect(clock.pending).toBe(0)
})

test('nothing is stored any more once it is closing', async () => {
  const clock = createManualClock()
  const storage = createMemoryStorage(clock)
  const append = vi.fn(storage.append)
  const store = createConfigStore({ storage: { ...storage, append }, clock })
  const first = await store.publish(edits, terms)
  if (first.kind !== 'published') throw new Error(`It is ${first.kind}`)
  // Nothing has to be asked before: the document and the schemas are known.
  const published = store.publish([{ scope: environment, path: 'pool.max', value: 30 }], {
    ...terms,
    expected: first.cursor,
  })
  await Promise.all([expect(published).rejects.toMatchObject(closed), store.close()])
  expect(append).toHaveBeenCalledOnce()
})
