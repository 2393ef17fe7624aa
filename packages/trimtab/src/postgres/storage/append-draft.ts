import type { Cursor } from '../../store/cursor.ts'
import type { RevisionChange, RevisionDraft } from '../../store/revision.ts'
import type { Appended } from '../../store/storage.ts'
import { sqlStateName, sqlStateOf } from '../failure/sql-states.ts'
import { knownMigration } from '../migrations/migrations.ts'
import type { PgLike } from '../pg-like.ts'
import { parseAnswer } from './read-rows.ts'
import type { Statements } from './statements.ts'

interface Append {
  readonly database: PgLike
  readonly statements: Statements
  readonly draft: RevisionDraft
  /** The schemas that it was checked against. */
  readonly stamp: string
}

/** How often it is sent, where PostgreSQL asks for another attempt: in a database whose transactions are serializable. */
const attempts = 5

/**
 * Appends. Where the connection is lost before the answer, nobody knows whether it was done, so it is sent once more: it
 * waits for the first one if that is still under way, can't be done twice, and finds what it has become.
 */
export async function appendDraft(append: Append, signal: AbortSignal | undefined): Promise<Appended> {
  let isSentAgain = false
  for (let attempt = 1; ; attempt += 1) {
    try {
      const appended = await send(append, signal)
      if (!isSentAgain || appended.kind !== 'conflict') return appended
      return (await find(append, signal)) ?? appended
    } catch (error) {
      const state = sqlStateOf(error)
      const name = sqlStateName(state)
      if (name === 'schemas_moved') return { kind: 'stale' }
      if (name === 'serialization_failure' || name === 'deadlock_detected') {
        if (attempt >= attempts) throw error
      } else {
        const isUnknown = state === undefined || /^(08|57P)/.test(state)
        if (!isUnknown || isSentAgain || signal?.aborted) throw error
        isSentAgain = true
      }
    }
  }
}

async function send(
  { database, statements, draft, stamp }: Append,
  signal: AbortSignal | undefined,
): Promise<Appended> {
  const [row] = await database.query(statements.append, valuesOf(draft, stamp), signal)
  // What the function builds.
  const answer = parseAnswer(row) as { kind: Exclude<Appended['kind'], 'stale'>; at: number } & Cursor
  switch (answer.kind) {
    case 'appended':
      return { kind: 'appended', at: answer.at }
    case 'conflict':
      return { kind: 'conflict', current: Object.freeze({ revision: answer.revision, hash: answer.hash }) }
    case 'name_taken':
      return { kind: 'name_taken' }
    default:
      return answer.kind satisfies never
  }
}

/** The hash is over everything that was to be published: whatever has it is this publish. */
async function find({ database, statements, draft }: Append, signal?: AbortSignal): Promise<Appended | undefined> {
  const { environment, cursor } = draft
  const [row] = await database.query(statements.find, [environment, String(cursor.revision), cursor.hash], signal)
  return row === undefined ? undefined : { kind: 'appended', at: Number(parseAnswer(row)) }
}

function valuesOf(draft: RevisionDraft, stamp: string): readonly unknown[] {
  const { environment, cursor, parent, author, message, rollbackTo, changes } = draft
  const rollback = rollbackTo === undefined ? null : String(rollbackTo)
  const revision = String(cursor.revision)
  return [
    String(knownMigration),
    environment,
    revision,
    cursor.hash,
    parent,
    author,
    message,
    rollback,
    jsonOf(changes),
    stamp,
  ]
}

/** JSON leaves out what is undefined. */
function jsonOf(changes: readonly RevisionChange[]): string {
  return JSON.stringify(
    changes.map((change) => ({
      t: change.tenant,
      p: change.kind === 'leaf' ? change.path : undefined,
      b: change.previous,
      a: change.next,
    })),
  )
}
