import { expect, test } from 'vitest'
import { attributes } from '../../packages/trimtab/src/telemetry/attributes.ts'
import type { Instrument } from '../../packages/trimtab/src/telemetry/instrument.ts'
import { instruments } from '../../packages/trimtab/src/telemetry/instruments.ts'
import { expectAbsent } from '../support/no-leak.ts'
import { openOtel } from '../support/otel.ts'
import { liveThroughEverything, planted } from '../support/whole-story.ts'

test('a plane gives every instrument something, with the attributes of its row and nothing secret', async () => {
  const otel = openOtel()
  const { close } = await liveThroughEverything(otel)
  const series = await otel.collect()
  const names = new Set(series.map(({ name }) => name))
  expect(Object.keys(instruments).filter((name) => !names.has(name))).toEqual([])
  expect([...names].filter((name) => !Object.hasOwn(instruments, name))).toEqual([])

  const table: Readonly<Record<string, Instrument>> = instruments
  for (const { name, attributes: given, value } of series) {
    expect(given['trimtab.instance'], name).toBe('shop-1')
    const allowed: readonly string[] = ['trimtab.instance', ...(table[name]?.attributes ?? [])]
    expect(
      Object.keys(given).filter((each) => !allowed.includes(each)),
      name,
    ).toEqual([])
    expect(value, name).toBeGreaterThanOrEqual(0)
  }
  // Each attribute is said somewhere; `trimtab.reload.id` would make a series of its own for every reload.
  const said = new Set(series.flatMap(({ attributes: given }) => Object.keys(given)))
  expect(Object.keys(attributes).filter((name) => !said.has(name))).toEqual(['trimtab.reload.id'])
  expectAbsent(JSON.stringify(series), Object.values(planted).map(String))
  expectAbsent(
    JSON.stringify(otel.spans.map(({ name, attributes: given, events, status }) => ({ name, given, events, status }))),
    Object.values(planted).map(String),
  )
  expect(otel.spans.length).toBeGreaterThan(20)
  await close()
})
