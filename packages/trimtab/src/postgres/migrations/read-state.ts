import { quoteIdentifier, type SchemaName } from '../identifier.ts'
import { checksumOf, migrations } from './migrations.ts'
import { type Ask, missingParts } from './missing-parts.ts'

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
