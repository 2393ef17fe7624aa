import { isSecret } from 'trimtab'
import { expect } from 'vitest'
import { expectAbsent } from '../../support/no-leak.ts'
import { valueAt } from '../world/shop-config.ts'
import type { Step } from '../world/world.ts'

/** Who sees a secret. */
export function secretSteps(step: Step): void {
  step('{string} shows nowhere', ({ shop }, secret) => {
    expectAbsent(shop.witness.printed(shop.plane, ['pool.password']), [secret])
  })
  step('the pool has the password {string}', ({ shop }, password) => {
    const pool = shop.recording.resources.find(({ module, state }) => module === 'pool' && state === 'running')
    const given = valueAt(pool?.section, 'password')
    expect(isSecret(given) && given.reveal()).toBe(password)
  })
}
