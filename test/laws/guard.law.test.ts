import * as fc from 'fast-check'
import { createManualClock } from 'trimtab/testing'
import { expect, test } from 'vitest'
import { createTenantContext } from '../../packages/trimtab/src/tenancy/context.ts'
import { createGuard } from '../../packages/trimtab/src/tenancy/guard/create-guard.ts'
import type { GuardMode } from '../../packages/trimtab/src/tenancy/guard/guard.ts'

const tenant = fc.constantFrom('acme', 'beta', 'gamma')
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('assert' as const), as: fc.option(tenant), owner: tenant }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('check' as const), from: tenant, as: fc.option(tenant) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), for: fc.nat(250) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('mode' as const),
      mode: fc.constantFrom('strict', 'lenient', 'disabled'),
    }),
  },
)

interface Expected {
  readonly kind: string
  readonly tenant: string | undefined
  readonly owner: string
  readonly refused: boolean
}

test('what is not its tenant’s is refused as the mode says, kept in order, counted, and told once, ten times a second', async () => {
  const run = async (steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[], capacity: number) => {
    const clock = createManualClock()
    const context = createTenantContext({ tenantOf: (id) => ({ id, config: {} }) })
    const guard = createGuard({ context, clock, capacity })
    const as = (id: string | null, work: () => void) => (id === null ? context.outside(work) : context.run(id, work))
    const expected: Expected[] = []
    const told: { readonly kind: string; readonly at: number; readonly count: number }[] = []
    guard.events.on((event) => {
      if (event.kind === 'violation')
        told.push({ kind: event.violation.kind, at: clock.monotonic(), count: event.count })
    })
    let mode: GuardMode = 'strict'
    const attempt = (work: () => void, kind: string | undefined, id: string | null, owner: string) => {
      const due = mode === 'disabled' ? undefined : kind
      if (due !== undefined) expected.push({ kind: due, tenant: id ?? undefined, owner, refused: mode === 'strict' })
      let isRefused = false
      try {
        as(id, work)
      } catch {
        isRefused = true
      }
      expect(isRefused).toBe(due !== undefined && mode === 'strict')
    }
    for (const each of steps) {
      switch (each.kind) {
        case 'assert': {
          const kind = each.as === null ? 'missing_context' : each.as === each.owner ? undefined : 'cross_tenant'
          const access = { tenant: each.owner, resource: 'row', operation: 'read' }
          attempt(() => guard.assert(access), kind, each.as, each.owner)
          break
        }
        case 'check': {
          const work = context.run(each.from, () => guard.begin({ resource: 'row', operation: 'read' }))
          const kind = each.as === null ? 'missing_context' : each.as === each.from ? undefined : 'mismatch'
          attempt(() => work.check(), kind, each.as, each.from)
          break
        }
        case 'wait':
          await clock.advance(each.for)
          break
        case 'mode':
          mode = each.mode
          guard.setMode(mode, { actor: 'law', reason: 'chance', acknowledge: true })
          break
        default:
          each satisfies never
      }
    }
    expect(guard.violations()).toEqual(
      expected
        .toReversed()
        .slice(0, capacity)
        .map((each) => expect.objectContaining(each)),
    )
    expect(guard.counts.reduce((sum, { count }) => sum + count, 0)).toBe(expected.length)
    guard.close()
    for (const kind of ['missing_context', 'cross_tenant', 'mismatch']) {
      const own = told.filter((each) => each.kind === kind)
      expect(own.reduce((sum, { count }) => sum + count, 0)).toBe(expected.filter((each) => each.kind === kind).length)
      // The last may be told early, because it is the last.
      const times = own.slice(0, -1).map(({ at }) => at)
      for (const [index, at] of times.entries())
        expect(at - (times[index - 1] ?? -Infinity)).toBeGreaterThanOrEqual(100)
    }
    expect(clock.pending).toBe(0)
  }
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 12 }), run), {
    numRuns: 150,
  })
})
