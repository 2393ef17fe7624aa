import type { DataSchema } from './data-schema.ts'

/** What one type of event is. */
export interface EventKind {
  /** A few words. */
  readonly title: string
  /** When it is told, as a sentence. */
  readonly when: string
  /** JSON Schema of its `data`. */
  readonly data: DataSchema
}

/** A row for each type of a group, and no other. */
export type EventTable<Group> = { readonly [Type in keyof Group]: EventKind }
