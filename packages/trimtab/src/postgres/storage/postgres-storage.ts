import type { JsonObject } from '../../primitives/json.ts'
import { appOf } from '../../store/scope.ts'
import type { MarkedLive, StoreStorage } from '../../store/storage.ts'
import { withFailures } from '../failure/store-failure.ts'
import type { SchemaName } from '../identifier.ts'
import type { PgFeed } from '../listener/pg-feed.ts'
import { knownMigration } from '../migrations/migrations.ts'
import type { PgLike } from '../pg-like.ts'
import { appendDraft } from './append-draft.ts'
import {
  type HeadAnswer,
  headOf,
  parseAnswer,
  parseRevision,
  readEnvironment,
  readFollowing,
  readRevision,
  textOf,
} from './read-rows.ts'
import { createSchemaReader, type SchemaAnswer } from './read-schemas.ts'
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
      // What the statement builds.
      const answer = parseAnswer(row) as { head: HeadAnswer | null; schemas: readonly SchemaAnswer[] | null }
      const schemas = answer.schemas ?? []
      // As the function that appends puts it together.
      const stamp = schemas.map(({ key }) => key).join(' ')
      return { head: headOf(answer.head), schemas: reader.read(schemas), stamp }
    },
    async load(environment, scope, signal) {
      const [text, values] =
        scope === 'all'
          ? [statements.loadAll, [environment]]
          : [statements.loadScope, [environment, scope.tenant ?? '']]
      return readEnvironment(environment, await ask(`reading ${environment}`, text, values, signal))
    },
    append: (draft, stamp, signal) =>
      withFailures(`publishing to ${draft.environment}`, signal, () =>
        appendDraft({ database, statements, draft, stamp }, signal),
      ),
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
      return rows.map((row) => readRevision(environment, parseRevision(row)))
    },
    async prune(environment, before, signal) {
      await ask(`pruning ${environment}`, statements.prune, [known, environment, String(before)], signal)
    },
    async putSchema(app, version, content: JsonObject, signal) {
      const values = [known, app, version, JSON.stringify(content)]
      await ask(`registering a schema of ${app}`, statements.putSchema, values, signal)
    },
    async markLive(app, version, forMilliseconds, signal) {
      const values = [known, app, version, String(forMilliseconds)]
      const [row] = await ask(`noting an instance of ${app}`, statements.markLive, values, signal)
      // What the function gives.
      return textOf(row, 'answer') as MarkedLive
    },
    async schemas(app, signal) {
      const reader = schemaReader.asOf(app)
      const rows = await ask(`reading the schemas of ${app}`, statements.schemas, [app, reader.known], signal)
      // What the statement builds.
      return reader.read(rows.map((row) => parseAnswer(row) as SchemaAnswer))
    },
    async environments(signal) {
      const rows = await ask('listing the environments', statements.environments, [], signal)
      return rows.map((row) => textOf(row, 'answer'))
    },
    wakeups: (environment, signal) => feed.wakeups(environment, signal),
    feedStatus: () => feed.status(),
    close,
  }
  return storage
}
