import { expect } from 'vitest'
import type { Step } from '../world/world.ts'

/** Who is let in for which tenant. */
export function requestSteps(step: Step): void {
  step('{word} may act for {word}, and for {word}', ({ door }, caller, tenant, other) =>
    door.authorise(caller, [tenant, other]),
  )
  step('looking up who may act for whom fails', ({ door }) => door.break())
  step('the list of tenants that the shop keeps has {word}', ({ door }, tenant) => door.know(tenant))
  step('suspended tenants are served', ({ door }) => door.serveSuspended())

  step('somebody builds a door without saying who may act for whom', ({ door, work }) =>
    work.attempt(() => door.buildUnwatched()),
  )
  step('dana asks for {word}', ({ door }, tenant) => door.ask('dana', tenant === 'nobody' ? undefined : tenant))

  step('the answer is 200, made for {word}', ({ door }, tenant) => {
    expect([door.status, door.body]).toEqual([200, `made for ${tenant}`])
  })
  step('the answer is {int} and says {string}', ({ door }, status, code) => {
    expect(door.status).toBe(status)
    expect(JSON.parse(door.body)).toMatchObject({ status, code })
  })
  step('the answer speaks of no tenant', ({ door }) => {
    expect(door.body).not.toMatch(/acme|globex|initech/)
  })
  step('the answer says what makes a tenant known: {string}', ({ door }, what) => {
    expect(JSON.parse(door.body)).toMatchObject({ detail: expect.stringContaining(what) })
  })
}
