import { hash } from 'node:crypto'
import { quoteIdentifier, type SchemaName } from '../identifier.ts'
import { store } from './0001-store.ts'
import type { Migration } from './migration.ts'

/** All of them, in their order. */
export const migrations: readonly Migration[] = [store]

/** The newest number that this program knows. */
export const knownMigration = migrations.length

/** As people read it: `0001-store`. */
export function nameOf({ number, name }: Pick<Migration, 'number' | 'name'>): string {
  return `${String(number).padStart(4, '0')}-${name}`
}

/** What a migration is in one schema. */
export function scriptOf({ sql }: Migration, schema: SchemaName): string {
  return sql.trim().replaceAll('{schema}', quoteIdentifier(schema))
}

/** The same in every schema. */
export function checksumOf({ sql }: Migration): string {
  return hash('sha256', sql.trim(), 'hex')
}
