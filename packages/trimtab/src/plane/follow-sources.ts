import type { Clock } from '../primitives/time/clock.ts'
import type { Logger } from '../primitives/logger.ts'
import type { Random } from '../primitives/random.ts'
import { supervise } from '../primitives/concurrency/supervise.ts'
import type { Trigger } from '../reload/outcome.ts'
import type { OpenSource } from '../reload/candidate/read-layers.ts'
import { failureKind } from '../sources/failure-kind.ts'
import type { Reference } from '../sources/references/parse-references.ts'
import type { ReferenceResolver } from '../sources/references/resolver.ts'

export interface FollowParts {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly wake: (trigger: Trigger) => void
}

/** How what ends or fails is started again. */
export const restart = { backoff: { initial: 1_000, max: 30_000 }, healthyAfter: 10_000 }

/** Runs what tells of changes for as long as the plane lives, and starts it again when it fails. */
export interface Follower {
  source(open: OpenSource): void
  /** Watches exactly these references from now on. */
  references(references: readonly Reference[]): void
  /** What is followed: names of sources, and references as they are written. */
  readonly following: readonly string[]
  /** Resolves when everything has ended. */
  close(): Promise<void>
}

export function createFollower(parts: FollowParts, resolvers: readonly ReferenceResolver[]): Follower {
  const closing = new AbortController()
  const work = new Map<Promise<void>, string>()
  const watched = new Map<string, AbortController>()

  const run = (name: string, watch: (signal: AbortSignal) => Promise<void>, signal: AbortSignal) => {
    const onFailure = (error: unknown) =>
      parts.logger.warn(`${name} is not followed and will be again (${failureKind(error)})`)
    const running = supervise(watch, signal, { ...parts, ...restart, onFailure }).finally(() => work.delete(running))
    work.set(running, name)
  }

  return {
    source({ source, reader }) {
      const trigger = triggerOf(source.name)
      if (reader.watch === undefined) return
      run(source.name, async (signal) => reader.watch?.(() => parts.wake(trigger), signal), closing.signal)
    },
    references(references) {
      const wanted = new Map(references.map((reference) => [`${reference.scheme}:${reference.name}`, reference]))
      for (const [id, controller] of watched) {
        if (wanted.has(id)) continue
        controller.abort()
        watched.delete(id)
      }
      for (const [id, reference] of wanted) {
        const resolver = resolvers.find(({ scheme }) => scheme === reference.scheme)
        if (watched.has(id) || resolver?.watch === undefined || closing.signal.aborted) continue
        const controller = new AbortController()
        watched.set(id, controller)
        run(
          `\${${id}}`,
          async (signal) => resolver.watch?.(reference.name, () => parts.wake('reference'), signal),
          controller.signal,
        )
      }
    },
    get following() {
      return [...work.values()]
    },
    async close() {
      closing.abort()
      for (const controller of watched.values()) controller.abort()
      watched.clear()
      await Promise.all(work.keys())
    },
  }
}

function triggerOf(name: string): Trigger {
  const kind = name.slice(0, name.indexOf(':'))
  switch (kind) {
    case 'file':
    case 'directory':
      return 'file'
    case 'override':
      return 'override'
    case 'store':
      return 'store'
    default:
      return 'remote'
  }
}
