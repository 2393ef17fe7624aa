import type { AttributeName } from './attributes.ts'

/** One thing that is measured. A row of `instruments`, from which the reference page is made. */
export interface Instrument {
  /**
   * `counter` and `histogram` are recorded when something happens. `gauge` and `observed_counter` are asked for when
   * somebody collects.
   */
  readonly kind: 'counter' | 'histogram' | 'gauge' | 'observed_counter'
  /** As UCUM has it: `s`, or what is counted in braces. */
  readonly unit: string
  readonly description: string
  /** Beside `trimtab.instance`, which every series has. */
  readonly attributes: readonly AttributeName[]
  /** Upper bounds, for a histogram. */
  readonly buckets?: readonly number[]
}
