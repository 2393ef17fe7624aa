import type { Clock } from '../../primitives/time/clock.ts'
import { createEmitter, type EmitterSource } from '../../primitives/emitter.ts'
import { compareText } from '../../primitives/json.ts'
import type { Path } from '../../model/path.ts'
import { type Cursor, genesis, sameCursor } from '../cursor.ts'
import type { StoredTenantState } from '../edit.ts'
import type { Revision, RevisionChange, RevisionDraft } from '../revision.ts'
import { appOf, type EnvironmentName } from '../scope.ts'
import type { Head, RevisionQuery, StoredEntry, StoredEnvironment, StoreStorage } from '../storage.ts'
import { isAtOrBelow } from '../storage.ts'
import { createListenerCounter, type StoreListener } from '../feed/listener-counts.ts'
import { wakeStream } from '../wake-stream.ts'
import { createSchemaShelf, type SchemaShelf } from './schema-shelf.ts'

/** What one environment has, as rows would hold it. Replaced as a whole, so that a copy of it is a backup. */
interface Rows {
  readonly cursor: Cursor
  /** The oldest first, without gaps, up to the cursor. */
  readonly revisions: readonly Revision[]
  readonly entries: ReadonlyMap<string, ReadonlyMap<Path, StoredEntry>>
  readonly states: ReadonlyMap<string, StoredTenantState>
}

const noRows: Rows = { cursor: genesis, revisions: [], entries: new Map(), states: new Map() }

export interface MemoryStorage extends StoreStorage {
  /** All environments as they are now; what is made of it puts them back, and wakes everybody. */
  backup(): () => void
  readonly listener: StoreListener
}

export function createMemoryStorage(clock: Clock): MemoryStorage {
  let all: ReadonlyMap<EnvironmentName, Rows> = new Map()
  const wakes = new Map<EnvironmentName, EmitterSource<void>>()
  const counter = createListenerCounter()
  const shelf: SchemaShelf = createSchemaShelf(clock)
  const rowsOf = (environment: EnvironmentName) => all.get(environment) ?? noRows
  const put = (environment: EnvironmentName, rows: Rows) => {
    all = new Map(all).set(environment, rows)
  }

  return {
    async prepare(environment) {
      const { schemas, stamp } = shelf.inForce(appOf(environment))
      return { head: headOf(rowsOf(environment)), schemas, stamp }
    },
    async load(environment, scope): Promise<StoredEnvironment> {
      const { cursor, entries, states } = rowsOf(environment)
      const wanted = scope === 'all' ? [...entries.values()] : [entries.get(keyOf(scope.tenant)) ?? new Map()]
      return { cursor, entries: wanted.flatMap((ofScope) => [...ofScope.values()]), states }
    },
    async append(draft, stamp) {
      // The store parsed it.
      const environment = draft.environment as EnvironmentName
      const rows = rowsOf(environment)
      const { cursor } = rows
      if (draft.parent !== cursor.hash || draft.cursor.revision !== cursor.revision + 1) {
        return { kind: 'conflict', current: cursor }
      }
      if (!all.has(environment) && [...all.keys()].some((other) => isTwin(other, environment))) {
        return { kind: 'name_taken' }
      }
      if (stamp !== shelf.inForce(appOf(environment)).stamp) return { kind: 'stale' }
      const revision: Revision = Object.freeze({ ...draft, at: clock.now() })
      put(environment, added(rows, revision))
      counter.count('received')
      const readers = wakes.get(environment)
      if (readers === undefined) counter.count('unknown')
      else readers.emit()
      return { kind: 'appended', at: revision.at }
    },
    async following(environment, revision, limit) {
      const rows = rowsOf(environment)
      const head = headOf(rows)
      const first = Math.max(0, revision + 1 - head.oldest)
      return { head, hash: hashAt(rows, revision), revisions: rows.revisions.slice(first, first + limit) }
    },
    async revisions(environment, query) {
      const found = rowsOf(environment).revisions.filter((revision) => isWanted(revision, query))
      return (query.order === 'oldest_first' ? found : found.toReversed()).slice(0, query.limit)
    },
    async prune(environment, before) {
      const rows = all.get(environment)
      if (rows === undefined) return
      put(environment, { ...rows, revisions: rows.revisions.filter(({ cursor }) => cursor.revision >= before) })
    },
    async putSchema(app, version, schema) {
      shelf.put(app, version, schema)
    },
    async markLive(app, version, forMilliseconds) {
      return shelf.markLive(app, version, forMilliseconds)
    },
    async schemas(app) {
      return shelf.list(app)
    },
    async environments() {
      return [...all]
        .filter(([, { cursor }]) => !sameCursor(cursor, genesis))
        .map(([name]) => name)
        .toSorted(compareText)
    },
    wakeups(environment, signal) {
      return wakeStream(signal, (wake) => {
        const emitter = wakes.get(environment) ?? createEmitter<void>()
        wakes.set(environment, emitter)
        const stop = emitter.on(wake)
        // It listens now: whatever came before this was not heard of.
        wake()
        return () => {
          stop()
          if (emitter.size === 0 && wakes.get(environment) === emitter) wakes.delete(environment)
        }
      })
    },
    feedStatus: () => ({ kind: 'push' }),
    async close() {},
    listener: { counts: () => counter.read() },
    backup() {
      const kept = all
      return () => {
        all = kept
        for (const emitter of wakes.values()) emitter.emit()
      }
    },
  }
}

function headOf({ cursor, revisions }: Rows): Head {
  return { cursor, oldest: revisions[0]?.cursor.revision ?? cursor.revision + 1 }
}

function hashAt({ cursor, revisions }: Rows, revision: number): string | undefined {
  if (revision === cursor.revision) return cursor.hash
  if (revision === 0) return ''
  return revisions[revision + 1 - (revisions[0]?.cursor.revision ?? 0)]?.parent
}

/** A tenant can't be called that. */
function keyOf(tenant: string | undefined): string {
  return tenant ?? ''
}

/** Whether two environments, or the apps of them, differ in letter case only. */
function isTwin(a: EnvironmentName, b: EnvironmentName): boolean {
  const isSameBut = (one: string, other: string) => one !== other && one.toLowerCase() === other.toLowerCase()
  return isSameBut(a, b) || isSameBut(appOf(a), appOf(b))
}

function added({ revisions, entries, states }: Rows, revision: Revision): Rows {
  const nextEntries = new Map(entries)
  const nextStates = new Map(states)
  const copied = new Map<string, Map<Path, StoredEntry>>()
  for (const change of revision.changes) {
    if (change.kind === 'tenant') {
      nextStates.set(change.tenant, change.next)
      continue
    }
    const { tenant, path, next: value } = change
    const key = keyOf(tenant)
    const ofScope = copied.get(key) ?? new Map(entries.get(key))
    copied.set(key, ofScope)
    nextEntries.set(key, ofScope)
    if (value === undefined) ofScope.delete(path)
    else ofScope.set(path, { tenant, path, value, revision: revision.cursor.revision })
  }
  return { cursor: revision.cursor, revisions: [...revisions, revision], entries: nextEntries, states: nextStates }
}

function isWanted({ cursor, changes }: RevisionDraft, { after, before, scope, path }: RevisionQuery): boolean {
  if (after !== undefined && cursor.revision <= after) return false
  if (before !== undefined && cursor.revision >= before) return false
  const isOfScope = (change: RevisionChange) => scope === undefined || change.tenant === scope.tenant
  if (path === undefined) return scope === undefined || changes.some(isOfScope)
  return changes.some((change) => change.kind === 'leaf' && isOfScope(change) && isAtOrBelow(change.path, path))
}
