/** One step of the store's tables. Once it has been released, it is never changed: another one follows it. */
export interface Migration {
  /** Counts from 1. */
  readonly number: number
  readonly name: string
  /**
   * Whether programs that don't know it could harm the store. They refuse to write then; a breaking migration also renames
   * what they read from, so that they can't misread it.
   */
  readonly isBreaking: boolean
  /** Run as one script; `{schema}` stands for the quoted name of the schema, which is also the search path. */
  readonly sql: string
}
