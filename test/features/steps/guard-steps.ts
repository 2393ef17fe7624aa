import type { ErrorCode, ViolationKind } from 'trimtab'
import { expect } from 'vitest'
import type { Step } from '../world/world.ts'

const codes = {
  cross_tenant: 'tenant_isolation',
  missing_context: 'tenant_context_missing',
  invalid_context: 'tenant_context_invalid',
  mismatch: 'tenant_mismatch',
} as const satisfies Readonly<Record<ViolationKind, ErrorCode>>

/** What work for one tenant may touch. */
export function guardSteps(step: Step): void {
  step('the guard is {mode}', ({ shop }, mode) => shop.with((options) => ({ ...options, guard: { mode } })))
  step('all tenants may use {string}', ({ shop }, resource) =>
    shop.with((options) => ({ ...options, guard: { allow: [resource] } })),
  )

  step('work for {word} reads {string} of {word}', ({ work }, tenant, resource, owner) =>
    work.attempt(() => work.for(tenant === 'nobody' ? undefined : tenant, () => work.read(resource, owner))),
  )
  step('work for acme goes on {} and reads {string} of acme', ({ work }, where, resource) =>
    work.attempt(() => work.goOn('acme', where, () => work.read(resource, 'acme'))),
  )
  step(
    'work for {word} lets work for {word} read {string} of {word}, and then reads {string} of {word}',
    ({ work }, outer, inner, first, firstOwner, second, secondOwner) =>
      work.attempt(() =>
        work.for(outer, () => {
          work.for(inner, () => work.read(first, firstOwner))
          work.read(second, secondOwner)
        }),
      ),
  )
  step('work that {word} began goes on for {word}', ({ work }, from, to) => work.attempt(() => work.handOver(from, to)))
  step('{string} makes the guard {mode} because {string}', ({ shop, work }, actor, mode, reason) => {
    const { guard } = shop.plane
    guard.events.on((event) => work.told.push(event))
    return work.attempt(() => guard.setMode(mode, { actor, reason }))
  })

  step('the work is allowed', ({ work }) => {
    expect(work.refusal).toBeUndefined()
  })
  step('the work is refused for {violation}', ({ work }, kind) => {
    expect(work.refusal?.code).toBe(codes[kind])
  })
  step('that is refused', ({ work }) => {
    expect(work.refusal?.code).toBe('option_invalid')
  })
  step('the refusal does not speak of {string}', ({ work }, text) => {
    expect(work.refusal?.message).not.toContain(text)
  })
  step('no violation is recorded', ({ shop }) => {
    expect(shop.plane.guard.violations()).toEqual([])
  })
  step('{int} violation(s) is/are recorded', ({ shop }, count) => {
    expect(shop.plane.guard.violations()).toHaveLength(count)
  })
  step('it is recorded as {violation}, and as {word}', ({ shop }, kind, fate) => {
    expect(shop.plane.guard.violations({ limit: 1 })).toMatchObject([{ kind, refused: fate === 'refused' }])
  })
  step('the violations are about {string} and {string}', ({ shop }, newest, next) => {
    expect(shop.plane.guard.violations().map(({ resource }) => resource)).toEqual([newest, next])
  })
  step('nobody can alter them', ({ shop }) => {
    const found = shop.plane.guard.violations()
    expect([found, ...found].every((each) => Object.isFrozen(each))).toBe(true)
  })
  step('the change of the guard to {mode} is told, by {string} because {string}', ({ work }, next, actor, reason) => {
    expect(work.told).toMatchObject([{ kind: 'mode', previous: 'strict', next, actor, reason }])
  })
  step('the guard is still {mode}', ({ shop }, mode) => {
    expect(shop.plane.guard.mode).toBe(mode)
  })
}
