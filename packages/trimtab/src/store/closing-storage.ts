import { TrimtabError } from '../errors/trimtab-error.ts'
import { abortable, abortReason, childController, createController } from '../primitives/concurrency/abort.ts'
import type { Clock } from '../primitives/time/clock.ts'
import { runStep } from '../primitives/time/deadline.ts'
import type { StoreStorage } from './storage.ts'

/** Milliseconds for which the end of a store waits to hear what became of a publish. */
const lastWord = 10_000

/**
 * A storage that is asked nothing more once it is closing: whoever waits for an answer is told so at once. Only what appends goes
 * on, for as long as it may: somebody has to hear whether it was done.
 */
export function closingStorage(inner: StoreStorage, clock: Clock): StoreStorage {
  const closing = createController()
  const givingUp = createController()
  const appends = new Set<Promise<unknown>>()

  const ask = async <T>(given: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const { signal } = closing
    if (signal.aborted) throw abortReason(signal)
    const { controller, release } = childController(given, signal)
    try {
      return await abortable(work(controller.signal), signal)
    } finally {
      release()
    }
  }
  const append: StoreStorage['append'] = async (draft, stamp, given) => {
    if (closing.signal.aborted) throw abortReason(closing.signal)
    const { controller, release } = childController(given, givingUp.signal)
    const appending = abortable(inner.append(draft, stamp, controller.signal), givingUp.signal)
    appends.add(appending)
    try {
      return await appending
    } finally {
      appends.delete(appending)
      release()
    }
  }

  return {
    append,
    prepare: (environment, given) => ask(given, (signal) => inner.prepare(environment, signal)),
    load: (environment, scope, given) => ask(given, (signal) => inner.load(environment, scope, signal)),
    following: (environment, revision, limit, given) =>
      ask(given, (signal) => inner.following(environment, revision, limit, signal)),
    revisions: (environment, query, given) => ask(given, (signal) => inner.revisions(environment, query, signal)),
    prune: (environment, before, given) => ask(given, (signal) => inner.prune(environment, before, signal)),
    putSchema: (app, version, schema, given) => ask(given, (signal) => inner.putSchema(app, version, schema, signal)),
    markLive: (app, version, forMilliseconds, given) =>
      ask(given, (signal) => inner.markLive(app, version, forMilliseconds, signal)),
    schemas: (app, given) => ask(given, (signal) => inner.schemas(app, signal)),
    environments: (given) => ask(given, (signal) => inner.environments(signal)),
    async *wakeups(environment, given) {
      const { controller, release } = childController(given, closing.signal)
      try {
        yield* inner.wakeups(environment, controller.signal)
      } finally {
        release()
      }
    },
    feedStatus: (environment) => inner.feedStatus(environment),
    listener: inner.listener,
    async close() {
      closing.abort(new TrimtabError('store_unavailable', 'The store is closed.'))
      if (appends.size > 0) {
        const heard = await runStep({ clock, timeout: lastWord, run: () => Promise.allSettled(appends) })
        if (heard.kind !== 'done') givingUp.abort(unheard())
      }
      await inner.close()
    },
  }
}

function unheard(): TrimtabError {
  return new TrimtabError(
    'store_unavailable',
    'The store was closed before it said what became of this publish. Look into its history whether it is there.',
  )
}
