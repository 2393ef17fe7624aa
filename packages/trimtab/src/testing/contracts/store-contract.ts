import type { ContractCase } from './contract-case.ts'
import { feedCases } from './store-cases/feed-cases.ts'
import { historyCases } from './store-cases/history-cases.ts'
import { inputCases } from './store-cases/input-cases.ts'
import { publishCases } from './store-cases/publish-cases.ts'
import { schemaCases } from './store-cases/schema-cases.ts'
import { createStoreBench } from './store-cases/store-session.ts'
import { tenantCases } from './store-cases/tenant-cases.ts'
import type { StoreUnderTest } from './store-harness.ts'

/** How patient the cases are. */
export interface StoreContractOptions {
  /** Milliseconds that one call or a wake-up may take before it counts as missing. The default is 10 s. */
  readonly timeout?: number | undefined
}

/**
 * What every store promises, as cases for whatever test runner you have: publishing and its refusals, history, what
 * follows a cursor, wakeups, tenants, schemas. Each has a new and empty store of its own. Give each case several times
 * `timeout`.
 *
 * @example
 * const cases = storeContract(() => {
 *   const store = memoryStore()
 *   return { store, backup: () => store.backup() }
 * })
 * for (const { name, run } of cases) test(name, run)
 */
export function storeContract(
  makeStore: () => StoreUnderTest | Promise<StoreUnderTest>,
  { timeout = 10_000 }: StoreContractOptions = {},
): readonly ContractCase[] {
  const bench = createStoreBench(makeStore, timeout)
  return [
    ...publishCases(bench),
    ...inputCases(bench),
    ...historyCases(bench),
    ...feedCases(bench),
    ...tenantCases(bench),
    ...schemaCases(bench),
  ]
}
