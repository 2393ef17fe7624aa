import type { Row } from './row.ts'

/** What a child process prints on its last line. */
export type Measured = readonly Row[]

/** Rows that are measured in one process of their own: what ran before decides the shapes and the heap that they meet. */
export interface Group {
  readonly measure: () => Promise<Measured>
}
