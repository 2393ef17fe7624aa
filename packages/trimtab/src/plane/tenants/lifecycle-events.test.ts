import { expect, test } from 'vitest'
import { environment, storeWorld } from '../../../../../test/support/store-world.ts'
import type { TrimtabEvent } from '../../events/event-types.ts'

async function open() {
  const world = storeWorld()
  await world.set('limits.rate', 5, `${environment}/acme`)
  const plane = await world.start({ tenants: { mode: 'shared', store: world.store } })
  const told = (name: string) =>
    world.events.filter((event: TrimtabEvent) => event.type === `dev.trimtab.tenant.${name}`).map(({ data }) => data)
  return { ...world, plane, tenants: plane.tenants, told }
}

test('new credentials are told of, and not where nothing is read with them', async () => {
  const { tenants, told, lines } = await open()
  await tenants.rotateCredentials('acme')
  await tenants.rotateCredentials('nobody')
  await tenants.suspend('acme')
  await tenants.rotateCredentials('acme')
  expect(told('credentials_rotated')).toEqual([{ tenant: 'acme', duration: 0 }])
  expect(lines.filter((line) => line.includes('credentials'))).toHaveLength(1)
})

test('a step that fails is told once, however often it is tried, and again when it fails anew', async () => {
  const { tenants, told, lines, store, clock } = await open()
  const failure = { tenant: 'acme', step: 'activate', code: 'store_unavailable', error: 'The network is down.' }
  await tenants.suspend('acme')
  store.faults.down = true
  await expect(tenants.activate('acme')).rejects.toMatchObject({ code: 'store_unavailable' })
  await clock.advance(30_000)
  expect(told('step_failed')).toEqual([failure])
  expect(lines.filter((line) => line.includes('could not be activated'))).toHaveLength(1)
  store.faults.down = false
  await clock.advance(10_000)
  expect(tenants.status('acme').state).toBe('active')
  store.faults.down = true
  await expect(tenants.activate('acme')).rejects.toMatchObject({ code: 'store_unavailable' })
  expect(told('step_failed')).toEqual([failure, failure])
})

test('a drain is told, with the tenants whose work has not ended', async () => {
  const { tenants, told, set, clock, lines } = await open()
  tenants.watch('limits.rate', () => new Promise(() => {}))
  await set('limits.rate', 6, `${environment}/acme`)
  await clock.advance(0)
  const controller = new AbortController()
  const draining = tenants.drain({ signal: controller.signal })
  await clock.advance(0)
  expect(told('drained')).toEqual([])
  controller.abort()
  await draining
  expect(told('drained')).toEqual([{ unfinished: ['acme'], unfinishedCount: 1 }])
  expect(lines.at(-1)).toContain('work has not ended of acme')
})
