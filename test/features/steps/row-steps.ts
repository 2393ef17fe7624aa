import { expect } from 'vitest'
import type { DefineStep } from '../binding/step-book.ts'
import type { RowsWorld } from '../world/rows.ts'

/** What row-level security does with work for tenants. */
export function rowSteps(step: DefineStep<RowsWorld>): void {
  step('a database with the orders:', (world, { rows }) => world.fill(rows))
  step('the shop is connected', (world) => world.connect())
  step('the shop is connected as the owner of the server', (world) => world.connect('postgres'))
  step('the tenant {word} is removed', async ({ plane }, tenant) => void (await plane.tenants.remove(tenant)))
  step('the tenant {word} is activated', async ({ plane }, tenant) => void (await plane.tenants.activate(tenant)))

  step('work for {word} reads all orders', (world, tenant) => world.read(tenant === 'nobody' ? undefined : tenant))
  step(
    'work for {word} writes {string} for {word}, and then {string} for {word}',
    (world, tenant, first, firstOwner, second, secondOwner) =>
      world.within(tenant, async (client) => {
        await world.write(client, firstOwner, first)
        await world.write(client, secondOwner, second)
      }),
  )
  step('work for {word} names {word} to the database and reads all orders', (world, tenant, other) =>
    world.within(tenant, async (client) => {
      await client.query(`set trimtab.tenant = '${other}'`)
      await client.query('select item from orders')
    }),
  )
  step('work for acme writes {string}, and acme is removed before it writes {string}', (world, first, second) =>
    world.within('acme', async (client) => {
      await world.write(client, 'acme', first)
      await world.plane.tenants.remove('acme')
      await world.write(client, 'acme', second)
    }),
  )

  step('it gets {string}', ({ rows, error }, item) => {
    expect(error).toBeUndefined()
    expect(rows).toEqual([item])
  })
  step('it gets nothing', ({ rows, error }) => {
    expect(error).toBeUndefined()
    expect(rows).toEqual([])
  })
  step('it is refused as {string}', ({ rows, error }, code) => {
    expect(error).toMatchObject({ code })
    expect(rows).toEqual([])
  })
  step('the database refuses that', ({ error }) => {
    expect(error).toMatchObject({ code: '42501' })
  })
}
