/** What `trimtab migrate --json` prints. */
export interface MigrationDocument {
  /** `migrated`: just now. `current`: nothing is to be done. `incomplete`: something that the store should have is missing. */
  readonly status: 'migrated' | 'current' | 'incomplete' | 'printed'
  /** The PostgreSQL schema. */
  readonly schema: string
  /** Run just now. */
  readonly applied: readonly string[]
  /** Run before. */
  readonly present: readonly string[]
  /** Still to be run. */
  readonly pending: readonly string[]
  /** Those of a newer version. */
  readonly unknown: readonly string[]
  /** Roles, rights and triggers that are not there, as sentences. */
  readonly missing: readonly string[]
  /** Milliseconds; null where no database was asked. */
  readonly duration: number | null
  /** With `--print`; null otherwise. */
  readonly sql: string | null
}
