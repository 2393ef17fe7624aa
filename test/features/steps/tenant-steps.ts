import { expect } from 'vitest'
import { scriptedOverlays } from 'trimtab/testing'
import type { Step } from '../world/world.ts'

/** What tenants have of their own. */
export function tenantSteps(step: Step): void {
  step('the tenants of the shop are {names}', ({ shop }, names) =>
    shop.with((options) => {
      const overlays = scriptedOverlays({ trees: Object.fromEntries(names.map((name) => [name, {}])) })
      return { ...options, tenants: { overlays } }
    }),
  )
  step('the tenant {word} is removed', async ({ shop }, tenant) => void (await shop.plane.tenants.remove(tenant)))
  step('the tenant {word} is suspended', async ({ shop }, tenant) => void (await shop.plane.tenants.suspend(tenant)))
  step('the tenant {word} is activated', async ({ shop }, tenant) => void (await shop.plane.tenants.activate(tenant)))
  step("the tenants' files say:", ({ customers }, { rows }) => {
    for (const [tenant = '', text = ''] of rows) customers.write(tenant, text)
    customers.follow()
  })
  step('the file of {word} is saved as {string}', ({ customers }, tenant, text) =>
    customers.after(tenant, () => customers.write(tenant, text)),
  )
  step('the file of {word} is removed', ({ customers }, tenant) =>
    customers.after(tenant, () => customers.remove(tenant)),
  )
  step('somebody watches what every tenant may order', ({ customers }) => customers.watch())

  step('{word} may have {int} orders', ({ shop }, tenant, orders) => {
    expect(shop.plane.tenants.get(tenant).config.limits.orders).toBe(orders)
  })
  step('in a moment {word} may have {int} orders', ({ customers }, tenant, orders) =>
    customers.until(() => customers.ordersOf(tenant) === orders),
  )
  step('work for {word} may have {int} orders', ({ shop }, tenant, orders) => {
    const { tenants } = shop.plane
    expect(tenants.run(tenant, () => tenants.current()?.config.limits.orders)).toBe(orders)
  })
  step('the note of {word} is {string}', ({ shop }, tenant, note) => {
    expect(shop.plane.tenants.get(tenant).config.limits.note).toBe(note)
  })
  step('the watchers were woken for {word} alone, in its own name', ({ customers }, tenant) => {
    expect(customers.woken).toMatchObject([{ tenant, inContextOf: tenant }])
  })
  step('it is said of {word} that it goes on with its last good values', ({ shop }, tenant) => {
    expect(shop.plane.tenants.status(tenant).held).toMatchObject({ hasGood: true })
    expect(shop.witness.logger.lines.join('\n')).toContain(`${tenant} goes on with its last good configuration`)
  })
  step(
    'it is warned for {word} that {path} is not known, and probably {string} was meant',
    ({ shop }, tenant, path, meant) => {
      expect(shop.plane.tenants.status(tenant).lastOutcome).toMatchObject({
        status: 'applied',
        problems: [{ severity: 'warning', code: 'unknown_key', path, hint: expect.stringContaining(meant) }],
      })
    },
  )
  step('nothing is said of {word} any more', ({ shop }, tenant) => {
    expect(shop.plane.tenants.status(tenant).held).toBeUndefined()
  })
  step('reading the values of {word} is refused', async ({ shop, work }, tenant) => {
    await work.attempt(() => shop.plane.tenants.get(tenant).config)
    expect(work.refusal?.code).toBe('tenant_invalid')
  })
  step('what {word} may order comes from its own file', ({ shop, customers }, tenant) => {
    const { origin } = shop.plane.tenants.explain(tenant, 'limits.orders')
    expect(origin?.location).toMatchObject({ kind: 'file', file: customers.fileOf(tenant) })
  })
  step('what {word} may order comes from no file of its own', ({ shop }, tenant) => {
    expect(shop.plane.tenants.explain(tenant, 'limits.orders').origin?.location).toBeUndefined()
  })
}
