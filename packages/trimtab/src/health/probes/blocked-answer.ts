import type { AggregateStatus } from '../report.ts'
import { type ProbeAnswer, probeAnswer } from './probe-answer.ts'
import type { ProbeName } from './probe-paths.ts'

export interface Blocked {
  /** Milliseconds since the main loop last gave a sign of life. */
  readonly age: number
  readonly reportAfter: number
  readonly failAfter: number
}

/** What a thread beside the main loop answers: what it was last told, and for how long it has heard nothing. */
export function blockedAnswer(
  probe: ProbeName,
  known: AggregateStatus,
  { age, reportAfter, failAfter }: Blocked,
): ProbeAnswer {
  const isBlocked = age >= reportAfter
  const failsBy = age >= failAfter && (probe === 'livez' || probe === 'health')
  // A loop that is blocked is not well, whatever was known before.
  const status = failsBy ? 'unhealthy' : isBlocked && known === 'healthy' ? 'degraded' : known
  const why = isBlocked ? `the main loop has been blocked for ${(age / 1_000).toFixed(1)} s` : undefined
  if (probe !== 'health')
    return probeAnswer(status, 'text/plain', why === undefined ? `${status}\n` : `${status}: ${why}\n`)
  const word = { healthy: 'pass', degraded: 'warn', unhealthy: 'fail' }[status]
  const text = JSON.stringify(why === undefined ? { status: word } : { status: word, output: why })
  return probeAnswer(status, 'application/health+json', text)
}
