import { expect } from 'vitest'
import type { Step } from '../world/world.ts'

const steps = { activated: 'activate', suspended: 'suspend', removed: 'remove' } as const

/** What becomes of tenants while the shop runs. */
export function tenantLifeSteps(step: Step): void {
  step('it is asked all at once that {word} is {names}', async ({ shop }, tenant, names) => {
    const { tenants } = shop.plane
    await Promise.all(names.map((name) => tenants[stepOf(name)](tenant)))
  })
  step('somebody tries to activate {word}', ({ shop, work }, tenant) =>
    work.attempt(() => shop.plane.tenants.activate(tenant)),
  )
  step('that fails because the store is away', ({ work }) => {
    expect(work.refusal?.code).toBe('store_unavailable')
  })
  step('acme is {word}', ({ shop }, state) => expect(shop.plane.tenants.status('acme').state).toBe(state))
  step('globex is {word}', ({ shop }, state) => expect(shop.plane.tenants.status('globex').state).toBe(state))
  step('initech is {word}', ({ shop }, state) => expect(shop.plane.tenants.status('initech').state).toBe(state))
  step('the shop knows {names} alone', ({ shop }, names) => {
    expect([...shop.plane.tenants.list()].sort()).toEqual(names)
  })
  step('what {word} has is said to be {time} old', ({ shop }, tenant, time) => {
    expect(shop.plane.tenants.status(tenant).staleSince).toBe(shop.clock.now() - time)
  })
  step('nothing of {word} is said to be old', ({ shop }, tenant) => {
    expect(shop.plane.tenants.status(tenant).staleSince).toBeUndefined()
  })
}

function stepOf(name: string) {
  if (name === 'activated' || name === 'suspended' || name === 'removed') return steps[name]
  throw new Error(`Nobody can be ${name}`)
}
