/** What `trimtab init --json` prints. */
export interface InitDocument {
  readonly status: 'written' | 'given_up'
  readonly directory: string
  /** What was written, below the directory. */
  readonly files: readonly string[]
  /** Commands to run next, one after the other. */
  readonly next: readonly string[]
}
