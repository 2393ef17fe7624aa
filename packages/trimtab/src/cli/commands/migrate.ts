import { isTrimtabError } from '../../errors/trimtab-error.ts'
import { parseSchemaName, type SchemaName, schemaNameRule } from '../../postgres/identifier.ts'
import { checkMigrations, migrate as migrateStore, printMigrations } from '../../postgres/migrations/migrate.ts'
import { migrations, nameOf } from '../../postgres/migrations/migrations.ts'
import { pgDatabase } from '../../postgres/pg-database.ts'
import { systemClock } from '../../primitives/time/clock.ts'
import type { MigrateCommand } from '../command.ts'
import type { MigrationDocument } from '../documents/migration-document.ts'
import type { Host } from '../host.ts'
import type { Layout } from '../render/layout.ts'
import { renderMigration } from '../render/migration.ts'
import { errorWithNext, usageError } from '../usage-error.ts'
import { type Answer, exitCodeOf } from './answer.ts'

/** Brings the tables of a store to what this version knows, says how they stand, or prints what would make them. */
export async function migrate(command: MigrateCommand, host: Host): Promise<Answer> {
  const schema = schemaOf(command)
  if (command.mode === 'print') return printed(schema)
  const url = databaseUrl(command, host)
  const database = pgDatabase({ connectionString: url.href, max: 1 })
  try {
    const start = systemClock.monotonic()
    const report = await (command.mode === 'check' ? checkMigrations : migrateStore)(database, { schema })
    const duration = Math.round(systemClock.monotonic() - start)
    const open = new Set([...report.applied, ...report.pending])
    const present = migrations.map(nameOf).filter((name) => !open.has(name))
    const status = statusOf(command.mode, report)
    const document: MigrationDocument = { status, schema, ...report, present, duration, sql: null }
    // Without user and password, which a URL may hold.
    const where = `${schema} in ${url.host}${url.pathname}`
    const text = (layout: Layout) => renderMigration(document, where, layout)
    return { document, text, exitCode: status === 'incomplete' ? exitCodeOf('store_incomplete') : 0 }
  } catch (error) {
    if (!isTrimtabError(error, 'store_unavailable')) throw error
    const next = 'Look after the database, or correct the URL, and run this again.'
    throw errorWithNext('store_unavailable', `${url.host}${url.pathname}: ${error.message}`, next, error)
  } finally {
    await database.close()
  }
}

function printed(schema: string): Answer {
  const sql = printMigrations({ schema })
  const none = { applied: [], present: [], unknown: [], missing: [] }
  const pending = migrations.map(nameOf)
  const document: MigrationDocument = { status: 'printed', schema, ...none, pending, duration: null, sql }
  return { document, text: () => sql.trimEnd(), exitCode: 0 }
}

function statusOf(
  mode: MigrateCommand['mode'],
  { applied, pending, missing }: Pick<MigrationDocument, 'applied' | 'pending' | 'missing'>,
): MigrationDocument['status'] {
  if (applied.length > 0) return 'migrated'
  // Who migrates has heard of what is missing, and can go on without it: readers ask in intervals then.
  return mode === 'check' && pending.length + missing.length > 0 ? 'incomplete' : 'current'
}

function schemaOf({ schema }: MigrateCommand): SchemaName {
  try {
    return parseSchemaName(schema)
  } catch (error) {
    // Somebody may have given it the URL, with a password in it.
    const typed = schema === undefined || /[:@]/.test(schema) ? '' : ` ${JSON.stringify(schema)}`
    const next = 'Give --schema such a name, or leave it away: the store is in trimtab then.'
    throw usageError(`--schema${typed}: expected ${schemaNameRule}.`, next, error)
  }
}

function databaseUrl({ database }: MigrateCommand, { env }: Host): URL {
  const [name, text] = database === undefined ? ['DATABASE_URL', env['DATABASE_URL'] ?? ''] : ['--database', database]
  const next = 'Give --database postgres://user@host:5432/database, or set DATABASE_URL.'
  if (text === '') throw usageError('No database is named.', next)
  if (/^postgres(ql)?:\/\/./.test(text) && URL.canParse(text)) return new URL(text)
  throw usageError(`${name} is no URL of a PostgreSQL database.`, next)
}
