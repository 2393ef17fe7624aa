import { expect } from 'vitest'
import type { Step } from '../world/world.ts'

/** What health says of a change. */
export function judgingSteps(step: Step): void {
  step('the shop has been judged', ({ shop, reader }) => reader.wait(60_000, () => shop.isDecided))
  step('the operator changes {path} to {value} without judgement', ({ shop }, path, value) =>
    shop.change({ [path]: value }, { skipBake: true }),
  )
  step('the {ordinal} reload {verdict}', ({ shop }, place, verdict) => {
    expect(shop.outcome(place).status).toBe(verdict)
  })
  step('the first reload was superseded by the second', ({ shop }) => {
    expect(shop.outcome(1).supersededBy).toBe(shop.outcome(2).id)
  })
  step('the reason is that {string} reported {string}', ({ shop }, check, message) => {
    expect(shop.outcome()).toMatchObject({
      cause: { kind: 'unhealthy', reports: [{ check, message, observed: 'unhealthy' }] },
    })
  })
  step('the refusal is because of {string}', ({ shop }, code) => {
    expect(shop.outcome().problems.map((problem) => problem.code)).toEqual([code])
  })
  step('it is on record that nobody judged it', ({ shop }) => {
    expect(shop.plane.outcomes[0]).toMatchObject({ id: shop.outcome().id, bakeSkipped: true })
  })
}
