import { childController, onAbort } from '../../primitives/abort.ts'
import type { Clock } from '../../primitives/clock.ts'
import type { Random } from '../../primitives/random.ts'
import { supervise } from '../../primitives/supervise.ts'
import type { Reference } from './parse-references.ts'
import type { ReferenceResolver } from './resolver.ts'

export interface FollowOptions {
  readonly resolvers: readonly ReferenceResolver[]
  readonly clock: Clock
  readonly random: Random
  /** Told that a name may have another value. It carries no truth and may come too often. */
  readonly wake: (reference: Reference) => void
  /** Ends everything. */
  readonly signal: AbortSignal
}

export interface ReferenceFollower {
  /** These names are followed from now on. Those that were already are not interrupted, so that nothing is missed. */
  follow(names: readonly Reference[]): void
  /** Resolves when the signal has aborted and nothing is followed any more. */
  ended(): Promise<void>
}

const backoff = { initial: 1_000, max: 60_000 }
const healthyAfter = 60_000

/** Follows the names in use, each as its resolver can; one whose resolver cannot is read when something else wakes. */
export function followReferences({ resolvers, clock, random, wake, signal }: FollowOptions): ReferenceFollower {
  const byScheme = new Map(resolvers.map((resolver) => [resolver.scheme, resolver]))
  const followed = new Map<string, AbortController>()
  const ending = new Set<Promise<void>>()

  const start = (reference: Reference): AbortController | undefined => {
    const resolver = byScheme.get(reference.scheme)
    if (resolver?.watch === undefined) return undefined
    const watch = resolver.watch.bind(resolver)
    const { controller, release } = childController(signal)
    const run = (runSignal: AbortSignal) => watch(reference.name, () => wake(reference), runSignal)
    const ended = supervise(run, controller.signal, { clock, random, backoff, healthyAfter }).finally(release)
    ending.add(ended)
    void ended.finally(() => ending.delete(ended))
    return controller
  }

  return {
    follow(names) {
      if (signal.aborted) return
      const wanted = new Map(names.map((reference) => [JSON.stringify([reference.scheme, reference.name]), reference]))
      for (const [key, controller] of followed) {
        if (wanted.has(key)) continue
        controller.abort()
        followed.delete(key)
      }
      for (const [key, reference] of wanted) {
        const controller = followed.has(key) ? undefined : start(reference)
        if (controller !== undefined) followed.set(key, controller)
      }
    },
    async ended() {
      await new Promise<void>((resolve) => void onAbort(signal, resolve))
      await Promise.all(ending)
    },
  }
}
