import { expect, test } from 'vitest'
import { createListenerCounter } from '../../store/feed/listener-counts.ts'
import { createListenerTotals } from './listener-totals.ts'

function listener() {
  const counter = createListenerCounter()
  return { ...counter, counts: () => counter.read() }
}

test('a listener that several stores share counts once', () => {
  const sumUp = createListenerTotals()
  const [one, two] = [listener(), listener()]
  for (const each of [one, two]) each.count('received')
  expect(sumUp([one, one, two]).notifications.delivered).toBe(2)
  one.count('received')
  expect(sumUp([one, one, two]).notifications.delivered).toBe(3)
})

test('what one has heard stays counted when it is gone, and is not counted again when it is back', () => {
  const sumUp = createListenerTotals()
  const [one, two] = [listener(), listener()]
  for (const each of [one, two]) {
    each.count('received')
    each.disconnected('ended')
  }
  sumUp([one, two])
  two.disconnected('silent')
  expect(sumUp([two])).toMatchObject({ notifications: { delivered: 2 }, disconnects: { ended: 2, silent: 1 } })
  expect(sumUp([])).toMatchObject({ disconnects: { ended: 2, silent: 1 } })
  expect(sumUp([one, two])).toMatchObject({ disconnects: { ended: 2, silent: 1 } })
})

test('each notification is of one kind', () => {
  const one = listener()
  for (const kind of ['duplicate', 'outOfOrder', 'malformed', 'unknown'] as const) {
    one.count('received')
    one.count(kind)
  }
  one.count('received')
  one.count('missed')
  const kinds = { delivered: 1, duplicate: 1, late: 1, malformed: 1, unknown: 1, missed: 1 }
  expect(createListenerTotals()([one]).notifications).toEqual(kinds)
})
