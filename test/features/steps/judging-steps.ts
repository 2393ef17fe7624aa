import { expect } from 'vitest'
import type { Step } from '../world/world.ts'

/** What health says of a change. */
export function judgingSteps(step: Step): void {
  step('the shop has been judged', ({ shop, reader }) => reader.wait(60_000, () => shop.isDecided))
  step('the operator changes {path} to {value} without judgement', ({ shop }, path, value) =>
    shop.change({ [path]: value }, { skipBake: true }),
  )
  step('the shop looks after a further check {string}', ({ checks }, name) => checks.addLater(name))
  step('the shop drops {string}', ({ checks }, name) => checks.drop(name))
  step('the shop drops {string} as soon as {path} is above {int}', ({ checks }, name, path, limit) =>
    checks.whenAbove(path, limit, () => checks.drop(name)),
  )
  step('the shop makes {string} optional as soon as {path} is above {int}', ({ checks }, name, path, limit) =>
    checks.whenAbove(path, limit, () => checks.addLater(name, { optional: true })),
  )
  step('the shop bears {int} failures of {string} as soon as {path} is above {int}', ({ checks }, fall, ...rest) => {
    const [name, path, limit] = rest
    checks.whenAbove(path, limit, () => checks.addLater(name, { fall }))
  })
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
  step('the reason speaks of {string}', ({ shop }, text) => {
    const outcome = shop.outcome()
    if (outcome.status !== 'rolled_back' || outcome.cause.kind !== 'unhealthy')
      throw new Error(`The outcome is ${outcome.status}`)
    expect(outcome.cause.reasons.join('\n')).toContain(text)
  })
  step('the operator is warned that health says no', ({ shop }) => {
    expect(shop.outcome().problems).toMatchObject([{ code: 'kept_unhealthy', severity: 'warning' }])
    expect(shop.witness.logger.lines.join('\n')).toContain('What runs is unhealthy')
  })
  step('the refusal is because of {string}', ({ shop }, code) => {
    expect(shop.outcome().problems.map((problem) => problem.code)).toEqual([code])
  })
  step('it is on record that nobody judged it', ({ shop }) => {
    expect(shop.plane.outcomes[0]).toMatchObject({ id: shop.outcome().id, bakeSkipped: true })
  })
}
