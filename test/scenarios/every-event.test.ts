import { type EventType, eventTypes } from 'trimtab/sinks'
import { expect, test } from 'vitest'
import { expectValid } from '../support/check-event.ts'
import { expectAbsent } from '../support/no-leak.ts'
import { liveThroughEverything, planted } from '../support/whole-story.ts'

test('every type of event is told by a plane, is valid, comes in order, and shows no secret', async () => {
  const { heard, lines, close } = await liveThroughEverything()
  await close()
  const told = new Set<string>(heard.map(({ type }) => type))
  expect(Object.keys(eventTypes).filter((type) => !told.has(type))).toEqual([])
  for (const event of heard) expectValid(event)
  expect(heard.map(({ sequence }) => Number(sequence))).toEqual(heard.map((_, index) => index + 1))
  expectAbsent(JSON.stringify(heard), Object.values(planted).map(String))
  // What people read is made of the same.
  expect(lines.length).toBeGreaterThan(50)
  expect(lines.filter((line) => Object.values(planted).some((text) => line.includes(String(text))))).toEqual([])
  expect(lines.join('\n')).toContain('[secret]')
  const emitted = heard.find((event) => event.type === 'dev.trimtab.module.emitted')
  expect(emitted?.data).toEqual({
    module: 'teller',
    name: 'started',
    data: { text: 'it is [secret]', pin: '[secret]', secret: '[secret]', list: ['[secret]'] },
  })
  const named: readonly EventType[] = [
    'dev.trimtab.override.applied',
    'dev.trimtab.guard.violated',
    'dev.trimtab.tenant.step_failed',
  ]
  for (const type of named) expect(JSON.stringify(heard.filter((event) => event.type === type))).toContain('[secret]')
})
