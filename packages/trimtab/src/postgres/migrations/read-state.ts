import type { PgRow } from '../pg-like.ts'
import { quoteIdentifier, type SchemaName } from '../identifier.ts'
import { checksumOf, migrations } from './migrations.ts'

/** One migration as the database remembers it. */
interface AppliedMigration {
  readonly number: number
  readonly name: string
  readonly checksum: string
  readonly isBreaking: boolean
}

/** What a database has of a store's tables. */
export interface MigrationState {
  readonly applied: readonly AppliedMigration[]
  /** What stands in the way of being told of revisions or of using the store, as sentences that say what to do. */
  readonly missing: readonly string[]
}

type Ask = (text: string, values?: readonly unknown[]) => Promise<readonly PgRow[]>

/** Looks at it without changing anything. */
export async function readState(ask: Ask, schema: SchemaName): Promise<MigrationState> {
  const table = `${quoteIdentifier(schema)}.migrations`
  const [there] = await ask('select (to_regclass($1) is not null)::text as "isThere"', [table])
  if (there?.['isThere'] !== 'true') return { applied: [], missing: [] }
  const rows = await ask(
    `select json_build_object('number', number, 'name', name, 'checksum', checksum, 'isBreaking', is_breaking)::text as row
     from ${table} order by number`,
  )
  const applied = rows.map((row) => {
    // What the statement above builds.
    return JSON.parse(String(row['row'])) as AppliedMigration
  })
  return { applied, missing: applied.length === 0 ? [] : await missingParts(ask, schema) }
}

/** The number and the reason of a migration that is not what it was when it was run; undefined where all are. */
export function changedMigration({ applied }: MigrationState): string | undefined {
  const changed = applied.find(({ number, checksum }) => {
    const known = migrations[number - 1]
    return known !== undefined && checksumOf(known) !== checksum
  })
  return changed === undefined
    ? undefined
    : `Migration ${changed.number} (${changed.name}) of the store is not the one that this version of trimtab knows. Use the version that made the store, or one after it.`
}

async function missingParts(ask: Ask, schema: SchemaName): Promise<readonly string[]> {
  const rows = await ask(
    `select wanted.role, has_schema_privilege(roles.oid, $1::text, 'usage')::text as "mayUse"
     from unnest(array['owner', 'publisher', 'reader']) as wanted (role)
     left join pg_roles roles on roles.rolname = $1::text || '_' || wanted.role`,
    [schema],
  )
  const roles = rows.flatMap((row) => {
    const name = `${schema}_${String(row['role'])}`
    if (row['mayUse'] === 'true') return []
    return row['mayUse'] === null
      ? [`There is no role ${name}. Migrate as somebody who may create roles, or create it and migrate again.`]
      : [`The role ${name} may not use the schema ${schema}. Migrate as the owner of the schema.`]
  })
  return (await isTriggerThere(ask, schema)) ? roles : [...roles, missingTrigger(schema)]
}

async function isTriggerThere(ask: Ask, schema: SchemaName): Promise<boolean> {
  const rows = await ask(
    `select from pg_trigger where tgrelid = to_regclass($1) and tgname = 'notify_readers' and tgenabled in ('O', 'A')`,
    [`${quoteIdentifier(schema)}.environments`],
  )
  return rows.length > 0
}

export function missingTrigger(schema: SchemaName): string {
  return `The trigger notify_readers of ${schema}.environments is missing or off, so that nobody is told of revisions. Create it anew, as migration 1 has it.`
}
