import { verifyRules } from 'trimtab/testing'
import { afterAll, expect, test } from 'vitest'
import { type BadModule, patientModules, timedModules } from './bad-modules.ts'
import { endWhatIsLeft, named, verifyPool } from './workbench.ts'

afterAll(endWhatIsLeft)

const budget = 15_000
const timeout = 30_000

async function expectNamed({ rule, hook, make, deadline }: BadModule): Promise<void> {
  const startedAt = performance.now()
  const findings = await verifyPool(make(), { budget, deadline })
  expect(performance.now() - startedAt).toBeLessThan(budget + 1_000)
  expect(named(findings)).toContain(`${rule} ${hook}`)
  expect(named(findings).filter((each) => each.startsWith('not-finished'))).toEqual([])
  for (const finding of findings) {
    expect(finding.severity).toBe(verifyRules[finding.rule].severity)
    expect(finding.message).not.toBe('')
  }
}

// Together, because most of the time is spent waiting for what hangs: what one does is never found of another.
test.concurrent.each(patientModules)('a module that $what is named', { timeout }, expectNamed)

test.each(timedModules)('a module that $what is named', { timeout }, expectNamed)

test('those that heard what nobody caught before hear it again afterwards', async () => {
  const heard = () => [...process.rawListeners('uncaughtException'), ...process.rawListeners('unhandledRejection')]
  const before = heard()
  const loud = patientModules.filter(({ rule }) => rule === 'throws-later')
  expect(loud.length).toBeGreaterThan(1)
  // They end in another order than they began in.
  await Promise.all(loud.map(({ make }) => verifyPool(make())))
  expect(heard()).toEqual(before)
})
