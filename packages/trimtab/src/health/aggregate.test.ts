import { expect, it, test } from 'vitest'
import { aggregate, type WeighedReport } from './aggregate.ts'
import type { HealthReport } from './report.ts'

const base: HealthReport = {
  check: 'pool',
  module: undefined,
  component: undefined,
  kind: 'readiness',
  optional: false,
  shared: false,
  status: 'healthy',
  observed: 'healthy',
  message: undefined,
  details: undefined,
  observedSince: 0,
  checkedAt: 0,
  duration: 0,
  generation: 1,
  timedOut: false,
}
const weighed = (facts: Partial<HealthReport>, failReadiness = false, isAwaited = false): WeighedReport => ({
  report: { ...base, ...facts },
  failReadiness,
  isAwaited,
})
const statuses = (...reports: readonly WeighedReport[]) => {
  const { health, readiness, liveness, startup } = aggregate(reports, undefined)
  return [health, readiness, liveness, startup].map(({ status }) => status).join(' ')
}

it.each([
  ['nothing', [], 'healthy healthy healthy healthy'],
  ['a failing check', [weighed({ status: 'unhealthy' })], 'unhealthy unhealthy healthy healthy'],
  ['one without a verdict', [weighed({ status: 'unknown' })], 'unhealthy unhealthy healthy healthy'],
  ['a degraded one', [weighed({ status: 'degraded' })], 'degraded degraded healthy healthy'],
  ['an optional one', [weighed({ status: 'unhealthy', optional: true })], 'degraded healthy healthy healthy'],
  ['a shared one', [weighed({ status: 'unhealthy', shared: true })], 'unhealthy degraded healthy healthy'],
  [
    'a shared one before the first round',
    [weighed({ status: 'unknown', shared: true }, false, true)],
    'unhealthy unhealthy healthy healthy',
  ],
  [
    'an optional one before the first round',
    [weighed({ status: 'unknown', optional: true }, false, true)],
    'degraded healthy healthy healthy',
  ],
  [
    'a shared one that says that it does not know',
    [weighed({ status: 'unknown', shared: true })],
    'unhealthy degraded healthy healthy',
  ],
  [
    'a shared one that counts',
    [weighed({ status: 'unhealthy', shared: true }, true)],
    'unhealthy unhealthy healthy healthy',
  ],
  ['one of liveness', [weighed({ status: 'unhealthy', kind: 'liveness' })], 'unhealthy healthy unhealthy healthy'],
  ['one of startup', [weighed({ status: 'unknown', kind: 'startup' })], 'unhealthy healthy healthy unhealthy'],
] as const)('%s', (_, reports, expected) => {
  expect(statuses(...reports)).toBe(expected)
})

test('the causes are those of the worst status, in the order of the reports', () => {
  const { readiness } = aggregate(
    [
      weighed({ check: 'slow', status: 'degraded' }),
      weighed({ check: 'b', status: 'unhealthy' }),
      weighed({ check: 'a', component: 'eu', status: 'unknown' }),
    ],
    undefined,
  )
  expect(readiness).toEqual({ status: 'unhealthy', causes: ['b', 'a/eu'] })
})

test('a service that drains is unready whatever its checks say', () => {
  expect(aggregate([weighed({})], 'stopping').readiness).toEqual({ status: 'unhealthy', causes: ['stopping'] })
  expect(aggregate([weighed({})], 'stopping').health.status).toBe('healthy')
})
