import { verifyRules } from 'trimtab/testing'
import { afterAll, expect, test } from 'vitest'
import { badModules } from './bad-modules.ts'
import { endWhatIsLeft, named, verifyPool } from './workbench.ts'

afterAll(endWhatIsLeft)

// Together, because most of the time is spent waiting for what hangs: what one does is never found of another.
test.concurrent.each(badModules)('a module that $what is named', async ({ rule, hook, make, deadline }) => {
  const startedAt = performance.now()
  const findings = await verifyPool(make(), { budget: 10_000, deadline })
  expect(performance.now() - startedAt).toBeLessThan(10_000)
  expect(named(findings)).toContain(`${rule} ${hook}`)
  expect(named(findings).filter((each) => each.startsWith('not-finished'))).toEqual([])
  for (const finding of findings) {
    expect(finding.severity).toBe(verifyRules[finding.rule].severity)
    expect(finding.message).not.toBe('')
  }
})

test('those that heard what nobody caught before hear it again afterwards', async () => {
  const heard = () => [...process.rawListeners('uncaughtException'), ...process.rawListeners('unhandledRejection')]
  const before = heard()
  // The first to begin ends last, and the other way round.
  const verifications = badModules.filter(({ rule }) => rule === 'throws-later').map(({ make }) => verifyPool(make()))
  await Promise.all(verifications)
  expect(heard()).toEqual(before)
})
