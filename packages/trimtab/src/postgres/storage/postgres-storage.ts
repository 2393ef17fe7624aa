import type { JsonObject } from '../../primitives/json.ts'
import type { Cursor } from '../../store/cursor.ts'
import type { RevisionChange, RevisionDraft } from '../../store/revision.ts'
import { appOf } from '../../store/scope.ts'
import type { Appended, StoreStorage } from '../../store/storage.ts'
import { sqlStateName, sqlStateOf } from '../failure/sql-states.ts'
import { withFailures } from '../failure/store-failure.ts'
import type { SchemaName } from '../identifier.ts'
import type { PgFeed } from '../listener/pg-feed.ts'
import { knownMigration } from '../migrations/migrations.ts'
import type { PgLike, PgRow } from '../pg-like.ts'
import { type HeadAnswer, headOf, readEnvironment, readFollowing, readRevision, textOf } from './read-rows.ts'
import { createSchemaReader } from './read-schemas.ts'
import { createStatements } from './statements.ts'

export interface PostgresStorageParts {
  readonly database: PgLike
  readonly schema: SchemaName
  readonly feed: PgFeed
  /** Ends what the store does not share with others. */
  readonly close: () => Promise<void>
}

/** A store's storage in the tables of one schema. */
export function createStorage({ database, schema, feed, close }: PostgresStorageParts): StoreStorage {
  const statements = createStatements(schema)
  const known = String(knownMigration)
  const schemaReader = createSchemaReader()

  const ask = (doing: string, text: string, values: readonly unknown[], signal?: AbortSignal) =>
    withFailures(doing, signal, () => database.query(text, values, signal))

  const storage: StoreStorage = {
    async prepare(environment, signal) {
      const app = appOf(environment)
      // Named before it is sent: another answer may replace what is kept meanwhile.
      const reader = schemaReader.asOf(app)
      const values = [environment, reader.known]
      const [row] = await ask(`preparing a publish to ${environment}`, statements.prepare, values, signal)
      const answer = parse<{ head: HeadAnswer | null; schemas: Parameters<typeof reader.read>[0] | null }>(row)
      return { head: headOf(answer.head), schemas: reader.read(answer.schemas ?? []) }
    },
    async load(environment, scope, signal) {
      const [text, values] =
        scope === 'all'
          ? [statements.loadAll, [environment]]
          : [statements.loadScope, [environment, scope.tenant ?? '']]
      return readEnvironment(environment, await ask(`reading ${environment}`, text, values, signal))
    },
    async append(draft, signal) {
      const row = await withFailures(`publishing to ${draft.environment}`, signal, () =>
        again(() => database.query(statements.append, [known, ...valuesOf(draft)], signal)),
      )
      const answer = parse<{ kind: Appended['kind']; at: number } & Cursor>(row[0])
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
    },
    async following(environment, revision, limit, signal) {
      const values = [environment, String(revision), String(limit)]
      const rows = await ask(`reading what is new in ${environment}`, statements.following, values, signal)
      return readFollowing(environment, revision, rows)
    },
    async revisions(environment, { after = -1, before, order, limit, scope, path }, signal) {
      const upTo = before ?? Number.MAX_SAFE_INTEGER
      const place = scope === undefined ? null : (scope.tenant ?? '')
      const values = [environment, String(after), String(upTo), String(limit), place, path ?? null]
      const rows = await ask(`reading the history of ${environment}`, statements.revisions(order), values, signal)
      return rows.map((row) => readRevision(environment, textOf(row, 'answer')))
    },
    async prune(environment, before) {
      await ask(`pruning ${environment}`, statements.prune, [known, environment, String(before)])
    },
    async putSchema(app, version, content: JsonObject) {
      await ask(`registering a schema of ${app}`, statements.putSchema, [known, app, version, JSON.stringify(content)])
    },
    async markLive(app, version, forMilliseconds) {
      const values = [known, app, version, String(forMilliseconds)]
      const [row] = await ask(`noting an instance of ${app}`, statements.markLive, values)
      return textOf(row, 'answer') === 'true'
    },
    async schemas(app) {
      const reader = schemaReader.asOf(app)
      const rows = await ask(`reading the schemas of ${app}`, statements.schemas, [app, reader.known])
      return reader.read(rows.map((row) => parse(row)))
    },
    async environments() {
      const rows = await ask('listing the environments', statements.environments, [])
      return rows.map((row) => textOf(row, 'answer'))
    },
    wakeups: (environment, signal) => feed.wakeups(environment, signal),
    feedStatus: () => feed.status(),
    close,
  }
  return storage
}

/** Tries once more where PostgreSQL asks for it: as in a database whose transactions are all serializable. */
async function again(run: () => Promise<readonly PgRow[]>): Promise<readonly PgRow[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run()
    } catch (error) {
      const name = sqlStateName(sqlStateOf(error))
      if (attempt === 5 || (name !== 'serialization_failure' && name !== 'deadlock_detected')) throw error
    }
  }
}

function valuesOf(draft: RevisionDraft): readonly unknown[] {
  const { environment, cursor, parent, author, message, rollbackTo, changes } = draft
  const rollback = rollbackTo === undefined ? null : String(rollbackTo)
  return [environment, String(cursor.revision), cursor.hash, parent, author, message, rollback, jsonOf(changes)]
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

/** The JSON of the column `answer`, as its own statement builds it. */
function parse<T>(row: PgRow | undefined): T {
  return JSON.parse(textOf(row, 'answer')) as T // see above
}
