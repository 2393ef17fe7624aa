import { TrimtabError } from '../../packages/trimtab/src/errors/trimtab-error.ts'
import { onAbort } from '../../packages/trimtab/src/primitives/concurrency/abort.ts'
import { type Clock, sleep } from '../../packages/trimtab/src/primitives/time/clock.ts'
import type { ConfigStore } from '../../packages/trimtab/src/store/config-store.ts'

/** What stands between a reader and its store. */
interface StoreFaults {
  /** Reading rejects. */
  down: boolean
  /** Asking for what came after a cursor never answers; reading everything does when it is over. */
  silent: boolean
  /** Milliseconds that an answer is on its way, after it was true. */
  delay: number
  /** Readers are not woken. */
  deaf: boolean
}

/** A store as a reader behind a bad network sees it. Publishing is not disturbed. */
export interface FaultyStore extends ConfigStore {
  readonly faults: StoreFaults
  /** How often reading was asked for. */
  readonly asked: { since: number; all: number }
  /** Wakes every reader, as a connection does that has come back. */
  wake(): void
}

export function faultyStore(store: ConfigStore, clock: Clock): FaultyStore {
  const faults: StoreFaults = { down: false, silent: false, delay: 0, deaf: false }
  const asked = { since: 0, all: 0 }
  const wakes = new Set<() => void>()

  const disturbed = async <T>(answer: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
    if (faults.down) throw new TrimtabError('store_unavailable', 'The network is down.')
    const value = await answer()
    if (faults.delay > 0) await sleep(clock, faults.delay, signal)
    return value
  }
  return {
    ...store,
    faults,
    asked,
    wake() {
      for (const wake of wakes) wake()
    },
    since(environment, cursor, limit, signal) {
      asked.since += 1
      if (faults.silent) return silence(signal)
      return disturbed(() => store.since(environment, cursor, limit), signal)
    },
    async readEnvironment(environment, signal) {
      asked.all += 1
      while (faults.silent) await sleep(clock, 50, signal)
      return disturbed(() => store.readEnvironment(environment), signal)
    },
    async *wakeups(environment, signal) {
      const waiting: (() => void)[] = []
      let isDue = false
      const wake = () => {
        isDue = true
        waiting.shift()?.()
      }
      const inner = store.wakeups(environment, signal)
      const pump = (async () => {
        for await (const _ of inner) if (!faults.deaf) wake()
      })()
      wakes.add(wake)
      const release = onAbort(signal, wake)
      try {
        while (!signal.aborted) {
          if (!isDue) await new Promise<void>((resolve) => waiting.push(resolve))
          isDue = false
          if (!signal.aborted) yield
        }
        await pump
      } finally {
        release()
        wakes.delete(wake)
      }
    },
  }
}

/** Until whoever asked gives up. */
function silence<T>(signal: AbortSignal | undefined): Promise<T> {
  return new Promise((_, reject) => {
    onAbort(signal, () => reject(new TrimtabError('store_unavailable', 'Given up.')))
  })
}
