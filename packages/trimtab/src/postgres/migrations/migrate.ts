import { TrimtabError } from '../../errors/trimtab-error.ts'
import { parseSchemaName, quoteIdentifier, type SchemaName } from '../identifier.ts'
import type { PgLike, PgSession } from '../pg-like.ts'
import { withFailures } from '../failure/store-failure.ts'
import { grantRights, rightsScript } from './rights.ts'
import { checksumOf, knownMigration, migrations, nameOf, scriptOf } from './migrations.ts'
import { changedMigration, type MigrationState, readState } from './read-state.ts'

/** Where a store's tables are. */
export interface MigrateOptions {
  /** The PostgreSQL schema that holds the store. Default: `trimtab`. */
  readonly schema?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** How a store's tables stand. */
export interface MigrationReport {
  /** The names of the migrations that were run just now. */
  readonly applied: readonly string[]
  /** Those that are still to be run. */
  readonly pending: readonly string[]
  /** Those that the database has and this program does not know. */
  readonly unknown: readonly string[]
  /**
   * Roles, rights and triggers that are not there, as sentences that say what to do. The store can be used without them:
   * readers that are not told of revisions ask for them.
   */
  readonly missing: readonly string[]
}

/**
 * Brings a store's tables to what this program knows: everything or nothing, and nothing where that is done already. Any
 * number of processes may do it at once, and none has to wait for the other ones to be gone. Creates the roles
 * `<schema>_owner`, `<schema>_publisher` and `<schema>_reader`, where it may.
 *
 * Throws `store_incompatible` where the store is newer in a way that this program could harm, or where a migration
 * that was run is not the one that this program knows; `store_unavailable` where the database can't be reached.
 *
 * @example
 * const database = pgDatabase({ connectionString: 'postgres://admin@db/config' })
 * const { applied, missing } = await migrate(database, { schema: 'trimtab' })
 */
export function migrate(database: PgLike, options: MigrateOptions = {}): Promise<MigrationReport> {
  const schema = parseSchemaName(options.schema)
  return withFailures('migrating the store', options.signal, () =>
    database.transaction(async (session) => {
      // As many as like begin here, and go on one after the other.
      await session.query('select pg_advisory_xact_lock(hashtextextended($1, 0))::text', [`trimtab migrate ${schema}`])
      await session.exec(`set local search_path to ${quoteIdentifier(schema)}, pg_temp`)
      const before = await readState(session.query, schema)
      assertUsable(before)
      const pending = pendingOf(before)
      if (before.applied.length === 0) await prepare(session, schema)
      for (const migration of pending) {
        const { number, name, isBreaking } = migration
        await session.query(
          'insert into migrations (number, name, checksum, is_breaking) values ($1::text::integer, $2, $3, $4::text::boolean)',
          [String(number), name, checksumOf(migration), String(isBreaking)],
        )
        await session.exec(scriptOf(migration, schema))
      }
      const refused = await grantRights(session, schema)
      const { missing } = await readState(session.query, schema)
      return reportOf(before, { applied: pending.map(nameOf), pending: [], missing: [...refused, ...missing] })
    }, options.signal),
  )
}

/**
 * How a store's tables stand, without changing anything. Throws as `migrate` does.
 *
 * @example
 * const { pending, missing } = await checkMigrations(pgDatabase({ connectionString: 'postgres://checkout@db/config' }))
 */
export async function checkMigrations(database: PgLike, options: MigrateOptions = {}): Promise<MigrationReport> {
  const schema = parseSchemaName(options.schema)
  const { signal } = options
  const state = await withFailures('looking at the tables of the store', signal, () =>
    readState((text, values) => database.query(text, values, signal), schema),
  )
  assertUsable(state)
  return reportOf(state, { applied: [], pending: pendingOf(state).map(nameOf), missing: state.missing })
}

/**
 * All migrations as one script for a new store, roles and rights included: for people who look first, or who run it by other
 * means.
 *
 * @example
 * const script = printMigrations({ schema: 'config' })
 */
export function printMigrations(options: Pick<MigrateOptions, 'schema'> = {}): string {
  const schema = parseSchemaName(options.schema)
  const scripts = migrations.map((migration) => {
    const { number, name, isBreaking } = migration
    const insert = `insert into migrations (number, name, checksum, is_breaking) values (${number}, '${name}', '${checksumOf(migration)}', ${isBreaking});`
    return `-- ${nameOf(migration)}\n${insert}\n${scriptOf(migration, schema)}\n`
  })
  const path = `set local search_path to ${quoteIdentifier(schema)}, pg_temp;`
  return ['begin;', createSchema(schema), path, createTable, ...scripts, rightsScript(schema), 'commit;', ''].join('\n')
}

function pendingOf({ applied }: MigrationState): typeof migrations {
  const done = new Set(applied.map(({ number }) => number))
  return migrations.filter(({ number }) => !done.has(number))
}

function reportOf({ applied }: MigrationState, rest: Omit<MigrationReport, 'unknown'>): MigrationReport {
  return { ...rest, unknown: applied.filter(({ number }) => number > knownMigration).map(nameOf) }
}

function assertUsable(state: MigrationState): void {
  const breaking = state.applied.find(({ number, isBreaking }) => isBreaking && number > knownMigration)
  if (breaking !== undefined) {
    throw new TrimtabError(
      'store_incompatible',
      `The store has migration ${nameOf(breaking)}, which programs have to know before they write. Update trimtab.`,
    )
  }
  const changed = changedMigration(state)
  if (changed !== undefined) throw new TrimtabError('store_incompatible', changed)
}

async function prepare(session: PgSession, schema: SchemaName): Promise<void> {
  // Who may use a schema that somebody made for them may not be allowed to make one.
  const [there] = await session.query('select (to_regnamespace($1) is not null)::text as "isThere"', [
    quoteIdentifier(schema),
  ])
  if (there?.['isThere'] !== 'true') await session.exec(createSchema(schema))
  await session.exec(createTable)
}

function createSchema(schema: SchemaName): string {
  return `create schema if not exists ${quoteIdentifier(schema)};`
}

const createTable = `create table if not exists migrations (
  number integer primary key,
  name text not null,
  checksum text not null,
  is_breaking boolean not null,
  at timestamptz not null default clock_timestamp()
);`
