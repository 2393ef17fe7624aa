import { createEmitter, type EmitterSource } from '../../primitives/emitter.ts'
import type { Disposer } from '../../primitives/disposers.ts'
import type { ListenerCounter } from '../../store/feed/listener-counts.ts'
import type { EnvironmentName } from '../../store/scope.ts'
import type { SchemaName } from '../identifier.ts'
import type { PgRow } from '../pg-like.ts'

/** An environment with readers, and what was last known of its newest revision. */
interface FollowedEnvironment {
  readonly wakes: EmitterSource<void>
  /** Revision and hash as they were last looked up; undefined before that. */
  head: string | undefined
  /** The revision of the last notification. */
  heard: number | undefined
  /** How many notifications there were. */
  hearings: number
  /** How many there were when it was found to have moved, unheard: where there is none by the next look, one was lost. */
  awaited: number | undefined
}

/** The environments of one store that have readers. */
export interface FollowedSchema {
  readonly name: SchemaName
  /** What stands in the way of being told of this store's revisions; undefined where nothing does. */
  obstacle: string | undefined
  readonly isEmpty: boolean
  readonly environments: readonly string[]
  follow(environment: EnvironmentName, wake: () => void): Disposer
  wakeAll(): void
  /** A notification on its channel. */
  hear(payload: string): void
  /** The heads as they are by now, of all its environments. Wakes the readers of those that have moved. */
  compare(heads: readonly PgRow[], isListening: boolean): void
}

export function createFollowedSchema(name: SchemaName, counter: ListenerCounter): FollowedSchema {
  const environments = new Map<string, FollowedEnvironment>()
  return {
    name,
    obstacle: undefined,
    get isEmpty() {
      return environments.size === 0
    },
    get environments() {
      return [...environments.keys()]
    },
    follow(environment, wake) {
      const followed = environments.get(environment) ?? newEnvironment()
      environments.set(environment, followed)
      const stop = followed.wakes.on(wake)
      return () => {
        stop()
        if (followed.wakes.size === 0 && environments.get(environment) === followed) environments.delete(environment)
      }
    },
    wakeAll() {
      for (const { wakes } of environments.values()) wakes.emit()
    },
    hear(payload) {
      counter.count('received')
      const read = readPayload(payload)
      const followed = read && environments.get(read.environment)
      if (read === undefined) counter.count('malformed')
      else if (followed === undefined) counter.count('unknown')
      else {
        const { heard } = followed
        if (heard === read.revision) counter.count('duplicate')
        else if (heard !== undefined && heard > read.revision) counter.count('outOfOrder')
        followed.heard = read.revision
        followed.hearings += 1
        // Whatever it says: after a restore a lower number is the news.
        followed.wakes.emit()
      }
    },
    compare(heads, isListening) {
      const found = new Map(heads.map((row) => [String(row['name']), row]))
      for (const [environment, followed] of environments) {
        if (followed.awaited === followed.hearings) counter.count('missed')
        followed.awaited = undefined
        const row = found.get(environment)
        const head = row === undefined ? 'none' : `${String(row['revision'])} ${String(row['hash'])}`
        if (head === followed.head) continue
        const isHeard = row === undefined || followed.heard === Number(row['revision'])
        if (isListening && followed.head !== undefined && !isHeard) followed.awaited = followed.hearings
        followed.head = head
        followed.wakes.emit()
      }
    },
  }
}

function newEnvironment(): FollowedEnvironment {
  return { wakes: createEmitter(), head: undefined, heard: undefined, hearings: 0, awaited: undefined }
}

/** `12 checkout/production`, as the trigger writes it. */
function readPayload(payload: string): { readonly revision: number; readonly environment: string } | undefined {
  const [, revision, environment] = /^(\d{1,15}) (\S{3,257})$/.exec(payload) ?? []
  return revision === undefined || environment === undefined ? undefined : { revision: Number(revision), environment }
}
