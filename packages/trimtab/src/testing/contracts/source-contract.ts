import type { ContractCase } from './contract-case.ts'
import { changeCases } from './source-change-cases.ts'
import type { SourceHarness, SourceUnderTest } from './source-harness.ts'
import { readingCases } from './source-reading-cases.ts'
import { createSourceBench } from './source-bench.ts'

/** How patient the cases are. */
export interface SourceContractOptions {
  /** Milliseconds that a reading or a wake-up may take before it counts as missing. The default is 10 s. */
  readonly timeout?: number | undefined
}

/**
 * What every source promises, as cases for whatever test runner you have. Those that need a change, a loss or a fault
 * are there when the harness can make one. Give each case some more time than `timeout`.
 *
 * @example
 * const cases = sourceContract({
 *   make: (tree) => ({ source: mySource(writeSomewhere(tree)) }),
 *   put: ({ source }, tree) => write(source, tree),
 * })
 * for (const { name, run } of cases) test(name, run)
 */
export function sourceContract<Made extends SourceUnderTest>(
  harness: SourceHarness<Made>,
  { timeout = 10_000 }: SourceContractOptions = {},
): readonly ContractCase[] {
  const bench = createSourceBench(harness, timeout)
  return [...readingCases(bench), ...changeCases(bench)]
}
