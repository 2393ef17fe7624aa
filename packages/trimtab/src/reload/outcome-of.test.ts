import { createTestPlane } from 'trimtab/testing'
import { createManualClock } from '../testing/manual-clock.ts'
import { defineConfig, defineModule, dynamic } from 'trimtab'
import { expect, test } from 'vitest'
import { z } from 'zod'

const config = defineConfig(z.object({ port: dynamic(z.number().default(1)) }))

/** A clock whose readings have all the decimals that a machine's have, and are never the same twice. */
function fineClock() {
  const clock = createManualClock()
  let read = 0
  const monotonic = () => clock.monotonic() + (read += 0.123_456_789)
  return { ...clock, monotonic }
}

test('every duration of an outcome, and of what is told of it, has at most three decimals', async () => {
  const failing = { value: false }
  const port = defineModule({
    name: 'port',
    config: config.section('port'),
    exclusive: true,
    replace: 'cascade',
    start: ({ config: next }) => {
      if (failing.value && next > 2) throw new Error('in use')
    },
  })
  const plane = await createTestPlane(config, { modules: [port], clock: fineClock(), breaker: { threshold: 1 } })
  const told: number[] = []
  plane.events.on((event) => {
    for (const [, , span] of JSON.stringify(event.data).matchAll(/"(duration|gap)":([\d.e+-]+)/g))
      told.push(Number(span))
  })
  await plane.set({ port: 2 })
  failing.value = true
  await plane.set({ port: 3 })
  const held = await plane.reload()
  await plane.close()

  expect(plane.outcomes.map(({ status }) => status)).toEqual([
    'circuit_open',
    'rolled_back',
    'full_success',
    'full_success',
  ])
  const spans = plane.outcomes.flatMap(({ duration, modules }) => {
    return [duration, ...modules.flatMap((report) => [report.duration, 'gap' in report ? report.gap : undefined])]
  })
  const given = [...spans, held.status === 'circuit_open' ? held.retryIn : undefined].filter(
    (each) => each !== undefined,
  )
  expect(given.length).toBeGreaterThan(8)
  expect(told.length).toBeGreaterThan(4)
  expect(given.some((each) => each > 0 && !Number.isInteger(each))).toBe(true)
  for (const each of [...given, ...told]) expect(each).toBe(Number(each.toFixed(3)))
})
