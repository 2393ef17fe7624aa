import { expect } from 'vitest'
import { valueAt } from '../world/shop-config.ts'
import type { Step } from '../world/world.ts'

/** How a reload ended, and how the service stands after it. */
export function outcomeSteps(step: Step): void {
  step('the reload {verdict}', ({ shop }, verdict) => {
    expect(shop.outcome().status).toBe(verdict)
  })
  step('the refusal comes from {names}', ({ shop }, names) => {
    expect(shop.outcome().problems.map(({ module }) => module)).toEqual(names)
  })
  step('the mistakes are at:', ({ shop }, { rows }) => {
    expect(shop.outcome().problems.map(({ path }) => path)).toEqual(rows.flat())
  })
  step('the plan is to reload {names}', ({ shop }, names) => {
    const { dryRun, plan } = shop.outcome()
    expect(dryRun).toBe(true)
    expect(plan?.steps.map(({ module }) => module)).toEqual(names)
  })
  step('the operator is told when it is tried next', ({ shop }) => {
    const outcome = shop.outcome()
    if (outcome.status !== 'circuit_open') throw new Error(`The outcome is ${outcome.status}`)
    expect(outcome.failures).toBeGreaterThanOrEqual(3)
    expect(outcome.retryIn).toBeGreaterThan(0)
    expect(shop.state.breaker).toMatchObject({ kind: 'open', retryAt: shop.clock.monotonic() + outcome.retryIn })
  })

  step('the shop runs with {path} {value}', ({ shop }, path, value) => {
    expect(valueAt(shop.plane.config, path)).toBe(value)
    const [section = '', ...rest] = path.split('.')
    const running = shop.recording.resources.filter(({ module, state }) => module === section && state === 'running')
    for (const resource of running) expect(valueAt(resource.section, rest.join('.'))).toBe(value)
  })
  step('{path} waits for a restart to become {value}', ({ shop }, path, configured) => {
    expect(shop.state.pendingRestart).toMatchObject([{ path, configured: JSON.stringify(configured) }])
    expect(shop.outcome().pendingRestart).toEqual(shop.state.pendingRestart)
  })
  step('nothing waits for a restart', ({ shop }) => {
    expect(shop.state.pendingRestart).toEqual([])
  })
  step('{word} is named as stuck', ({ shop }, module) => {
    expect(shop.state.stuck.map((each) => each.module)).toEqual([module])
    expect(shop.plane.health.answer.health.status).toBe('degraded')
  })
  step('nothing is stuck any more', ({ shop }) => {
    expect(shop.state.stuck).toEqual([])
  })
  step('no warning is left', ({ shop }) => {
    expect(shop.state).toMatchObject({ breaker: { kind: 'closed' }, stuck: [], pendingRestart: [] })
    expect(shop.plane.lastOutcome?.problems).toEqual([])
    expect(shop.plane.health.answer.health).toEqual({ status: 'healthy', causes: [] })
  })
}
