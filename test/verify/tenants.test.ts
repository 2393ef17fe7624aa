import { defineConfig, defineModule, perTenant, type TenantChangeContext } from 'trimtab'
import { verifyModule } from 'trimtab/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { named } from './workbench.ts'

const config = defineConfig(
  z.object({ limits: perTenant(z.object({ rate: z.number(), burst: z.number().default(1) })) }),
)
const trees = [{ limits: { rate: 1 } }, { limits: { rate: 2 } }]
const overlays = [{ limits: { rate: 10, burst: 3 } }, { limits: { rate: 20, burst: 4 } }]

interface Limits {
  readonly rate: number
  readonly burst: number
}
interface Limiter {
  shared: Limits
  readonly of: Map<string, Limits>
}
type Change = TenantChangeContext<Limits, Limiter>

function limiter(reloadTenant: (change: Change) => unknown, checkTenant: (change: Change) => unknown = () => {}) {
  return defineModule({
    name: 'limiter',
    config: config.section('limits'),
    start: ({ config: shared }): Limiter => ({ shared, of: new Map() }),
    reload({ next, resource }) {
      resource.shared = next
    },
    checkTenant,
    // What a bad one gives is not what its type says.
    reloadTenant: (change) => reloadTenant(change) as undefined,
  })
}
const take = ({ resource, tenant, next }: Change) => void resource.of.set(tenant, next)

const verify = (module: ReturnType<typeof limiter>) =>
  verifyModule(module, {
    ...{ config, trees, overlays, grace: 1_000, blocked: 1_000, deadline: 200, budget: 60_000 },
    observe: ({ shared, of }) => ({ shared: { ...shared }, verified: { ...of.get('verified') } }),
  })

test('nothing is found of a module that takes the changes of tenants', async () => {
  expect(await verify(limiter(take))).toEqual([])
})

test.each<[string, string, ReturnType<typeof limiter>]>([
  ['hangs', 'hook-hangs reloadTenant', limiter(() => new Promise(() => {}))],
  ['throws null', 'throws-nothing checkTenant', limiter(take, () => Promise.reject(null))],
  [
    'does not undo',
    'does-not-undo undo',
    limiter((change) => {
      take(change)
      return () => {}
    }),
  ],
  [
    'half-undoes',
    'half-undoes undo',
    limiter((change) => {
      const { resource, tenant, previous, next } = change
      take(change)
      return () => void resource.of.set(tenant, { rate: previous.rate, burst: next.burst })
    }),
  ],
  [
    'changes what it is given',
    'mutates-input reloadTenant',
    limiter((change) => {
      const { next } = change
      take(change)
      // As plain JavaScript would.
      ;(next as { rate: number }).rate = 5
    }),
  ],
])('a module that %s at the change of a tenant is named', async (_what, expected, module) => {
  expect(named(await verify(module))).toContain(expected)
})

test('that no tenant was changed is said', async () => {
  const found = await verifyModule(limiter(take), { config, trees, observe: ({ shared }) => ({ ...shared }) })
  expect(named(found)).toEqual(['hook-not-driven checkTenant', 'hook-not-driven reloadTenant'])
})
