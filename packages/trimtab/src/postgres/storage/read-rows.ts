import { TrimtabError } from '../../errors/trimtab-error.ts'
import { parsePath, type Path, printPath } from '../../model/path.ts'
import type { Json } from '../../primitives/json.ts'
import { type Cursor, genesis } from '../../store/cursor.ts'
import { type StoredTenantState, tenantStates } from '../../store/edit.ts'
import type { Revision, RevisionChange } from '../../store/revision.ts'
import type { EnvironmentName } from '../../store/scope.ts'
import type { Following, Head, StoredEntry, StoredEnvironment } from '../../store/storage.ts'
import type { PgRow } from '../pg-like.ts'

/** The head as the statements write it; null where there is no such environment. */
export interface HeadAnswer extends Cursor {
  readonly oldest: number | null
}

interface ChangeAnswer {
  /** Empty for the environment itself. */
  readonly t: string
  /** Null for a state. */
  readonly p: string | null
  readonly b: string | null
  readonly a: string | null
}

export interface RevisionAnswer extends Cursor {
  readonly parent: string
  readonly author: string
  readonly message: string
  readonly rollbackTo: number | null
  readonly at: number
  readonly changes: readonly ChangeAnswer[]
}

export function textOf(row: PgRow | undefined, column: string): string {
  const value = row?.[column]
  if (typeof value === 'string') return value
  throw new TrimtabError('internal', `The database gave ${typeof value} in the column ${column} in place of text.`)
}

/** The JSON of the column `answer`. */
export function parseAnswer(row: PgRow | undefined): unknown {
  return JSON.parse(textOf(row, 'answer'))
}

export function headOf(answer: HeadAnswer | null): Head {
  if (answer === null) return { cursor: genesis, oldest: 1 }
  const { revision, hash, oldest } = answer
  return { cursor: Object.freeze({ revision, hash }), oldest: oldest ?? revision + 1 }
}

export function readEnvironment(environment: EnvironmentName, rows: readonly PgRow[]): StoredEnvironment {
  let cursor = genesis
  const entries: StoredEntry[] = []
  const states = new Map<string, StoredTenantState>()
  for (const row of rows) {
    const value = textOf(row, 'value')
    if (row['kind'] === 'head') cursor = Object.freeze({ revision: Number(row['revision']), hash: value })
    else if (row['kind'] === 'state') states.set(textOf(row, 'tenant'), readState(value))
    else {
      const path = readPath(environment, textOf(row, 'path'))
      entries.push({
        tenant: readTenant(textOf(row, 'tenant')),
        path,
        value: readJson(value),
        revision: Number(row['revision']),
      })
    }
  }
  return { cursor, entries, states }
}

export function readFollowing(environment: EnvironmentName, asked: number, rows: readonly PgRow[]): Following {
  let head = headOf(null)
  let hash: string | undefined
  let areReadable = true
  const revisions: Revision[] = []
  for (const row of rows) {
    if (row['kind'] === 'hash') hash = row['answer'] === null ? undefined : textOf(row, 'answer')
    // What the statement builds.
    else if (row['kind'] === 'head') head = headOf(JSON.parse(textOf(row, 'answer')) as HeadAnswer)
    else if (areReadable) {
      const revision = parseRevision(row)
      areReadable = revision.changes.every(({ p }) => p === null || pathIn(p) !== undefined)
      if (areReadable) revisions.push(readRevision(environment, revision))
    }
  }
  const { cursor } = head
  // What is in force tells whether what was written with SQL is still there: history says for ever that it once was.
  if (!areReadable) return { head: { cursor, oldest: cursor.revision + 1 }, hash, revisions: [] }
  if (asked === cursor.revision) hash = cursor.hash
  if (asked === 0) hash = ''
  return { head, hash, revisions }
}

export function parseRevision(row: PgRow): RevisionAnswer {
  // What the statement builds.
  return parseAnswer(row) as RevisionAnswer
}

/** For people too, who may see revisions that were written with SQL: a path that is none is shown as one odd key. */
export function readRevision(environment: EnvironmentName, answer: RevisionAnswer): Revision {
  const { revision, hash, parent, author, message, rollbackTo, at, changes } = answer
  return Object.freeze({
    cursor: Object.freeze({ revision, hash }),
    parent,
    environment,
    author,
    message,
    rollbackTo: rollbackTo ?? undefined,
    at,
    changes: Object.freeze(changes.map(readChange)),
  })
}

function readChange({ t, p, b, a }: ChangeAnswer): RevisionChange {
  const [previous, next] = [b === null ? undefined : readJson(b), a === null ? undefined : readJson(a)]
  if (p !== null) {
    return Object.freeze({ kind: 'leaf', tenant: readTenant(t), path: pathIn(p) ?? printPath([p]), previous, next })
  }
  return Object.freeze({
    kind: 'tenant',
    tenant: t,
    previous: previous === undefined ? undefined : readState(previous),
    next: readState(next),
  })
}

function readTenant(text: string): string | undefined {
  return text === '' ? undefined : text
}

function readState(value: unknown): StoredTenantState {
  const state = tenantStates.find((each) => each === value)
  if (state !== undefined) return state
  throw new TrimtabError('store_incompatible', 'The store has a state of tenants that is unknown here. Update trimtab.')
}

function readPath(environment: EnvironmentName, text: string): Path {
  const path = pathIn(text)
  if (path !== undefined) return path
  throw new TrimtabError(
    'store_unavailable',
    `${environment} has an entry whose path ${JSON.stringify(text)} is none as trimtab prints it: it was written with SQL. Delete it.`,
  )
}

/** What a publish stored is as it should be; what was written with SQL may be anything. */
function pathIn(text: string): Path | undefined {
  try {
    const path = printPath(parsePath(text))
    return path === text ? path : undefined
  } catch {
    return undefined
  }
}

function readJson(text: string): Json {
  // JSON text can be nothing else.
  return freeze(JSON.parse(text) as Json)
}

function freeze(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  for (const child of Object.values(value)) freeze(child)
  return Object.freeze(value)
}
