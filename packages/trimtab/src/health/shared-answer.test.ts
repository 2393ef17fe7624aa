import { expect, test } from 'vitest'
import { aggregate } from './aggregate.ts'
import { Sighting, seenAt } from './collector/sighting.ts'
import { healthy } from './check.ts'
import { settleCheck } from './settle-check.ts'
import { SharedAnswer } from './shared-answer.ts'

test('an answer makes its reports once, and gives them to whoever copies or prints it', () => {
  const settled = settleCheck({ name: 'database', run: () => healthy() })
  const finding = { status: 'healthy', message: undefined, details: undefined, component: undefined } as const
  const sighting = new Sighting(settled, undefined, { status: 'healthy', since: 1 }, finding, seenAt(1, 1))
  const answer = new SharedAnswer(aggregate([], undefined), [sighting], 7, 2)

  expect(sighting.made).toBeUndefined()
  const { reports } = answer
  expect(reports).toEqual([sighting.report])
  expect(answer.reports).toBe(reports)
  expect(Object.isFrozen(answer) && Object.isFrozen(reports)).toBe(true)
  expect(Object.assign({}, answer).reports).toBe(reports)
  expect(JSON.parse(JSON.stringify(answer))).toMatchObject({ version: 7, at: 2, reports: [{ check: 'database' }] })
})
