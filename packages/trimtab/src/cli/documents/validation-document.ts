import type { SourceStatus } from '../../reload/candidate/read-layers.ts'
import type { ProblemDocument } from './problem-document.ts'

/** What `trimtab validate --json` prints. */
export interface ValidationDocument {
  readonly status: 'valid' | 'invalid' | 'unreadable'
  /** The schema module. */
  readonly schema: string
  /** Lowest first. */
  readonly sources: readonly { readonly name: string; readonly state: SourceStatus['state'] }[]
  readonly problems: readonly ProblemDocument[]
  readonly warnings: readonly ProblemDocument[]
}
