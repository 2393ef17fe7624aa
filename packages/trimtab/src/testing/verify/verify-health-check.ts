import { isDeepStrictEqual } from 'node:util'
import type { HealthCheck } from '../../health/check.ts'
import { isTemporary } from '../../health/finding/temporary.ts'
import { checkForeignName, settleCheck } from '../../health/settle-check.ts'
import { keptAlive, systemClock } from '../../primitives/time/clock.ts'
import { runStep } from '../../primitives/time/deadline.ts'
import { Calls } from './calls/calls.ts'
import { createFindings, type Findings, type VerifyFinding } from './findings.ts'
import { limitsOf, type VerifyLimits } from './options.ts'
import { compareReports, inspectReport, type ReportInspection } from './report.ts'

/** How long a check may take. `deadline` is its own `timeout`, where it is left away. */
export interface VerifyHealthCheckOptions extends VerifyLimits {
  /** How often it is run to the end: 5 times. */
  readonly runs?: number | undefined
}

/**
 * Runs a health check as a plane does, and as a plane does on a bad day, and gives what it does wrong: one that hangs,
 * throws, ignores its signal, keeps the loop, leaves timers, handles or listeners behind, or reports what cannot be
 * kept. What it looks at has to be there and well: that it reports a failure as one, and does not throw, is for a test of
 * your own. Nothing that it does ends the verification, except an endless loop. The list is empty where nothing was found.
 *
 * It takes real time, at most `budget`, and closes the check at the end. Throws `option_invalid` for a check that no plane
 * would take.
 *
 * @example
 * const findings = await verifyHealthCheck({ name: 'queue', run: () => healthy() })
 * findings.map(({ rule, hook, message }) => `${rule} ${hook}: ${message}`) // []
 */
export async function verifyHealthCheck(
  check: HealthCheck,
  options: VerifyHealthCheckOptions = {},
): Promise<readonly VerifyFinding[]> {
  checkForeignName(check)
  const { timeout } = settleCheck(check)
  const { budget, ...limits } = limitsOf({ ...options, deadline: options.deadline ?? timeout })
  const findings = createFindings((text) => text)
  const calls = new Calls(systemClock, findings, limits)
  const endsAt = systemClock.monotonic() + budget
  // What it waits for are timers that keep no process alive.
  return keptAlive(async () => {
    try {
      const verification = { check, calls, findings, deadline: limits.deadline, endsAt, runs: options.runs ?? 5 }
      await verify(verification)
      await calls.finish(endsAt - systemClock.monotonic())
      return findings.list()
    } finally {
      calls.close()
    }
  })
}

interface Verification {
  readonly check: HealthCheck
  readonly calls: Calls
  readonly findings: Findings
  readonly deadline: number
  readonly endsAt: number
  readonly runs: number
}

async function verify(verification: Verification): Promise<void> {
  const { check, calls, findings } = verification
  const settings = settingsOf(check)
  const { inspections, isHanging } = await runSeveral(verification)
  // No plane starts a second run beside one that has not ended.
  if (!isHanging) await runOnce(verification, { cutShort: true })
  if (check.close !== undefined) {
    // What it throws has been noted.
    await calls.run({ hook: 'close', run: () => check.close?.() }).catch(() => {})
  }
  compareReports(inspections, 'run', findings)
  if (!isDeepStrictEqual(settings, settingsOf(check)))
    findings.add('mutates-input', 'run', 'changed its own name or settings')
  await calls.noteLeft()
}

interface Runs {
  readonly inspections: readonly ReportInspection[]
  readonly isHanging: boolean
}

/** Runs it to the end several times, one after another. */
async function runSeveral(verification: Verification): Promise<Runs> {
  const { calls, findings, endsAt, runs } = verification
  const inspections: ReportInspection[] = []
  const counts: number[] = []
  for (let run = 0; run < runs; run += 1) {
    if (systemClock.monotonic() > endsAt) {
      findings.add('not-finished', 'run', `was run ${run} times of ${runs}`)
      return { inspections, isHanging: false }
    }
    const end = await runOnce(verification, { cutShort: false })
    if (end.kind === 'timed_out') return { inspections, isHanging: true }
    if (end.kind === 'done') inspections.push(inspectReport(end.value, 'run', findings))
    const before = counts.at(-1) ?? Infinity
    counts.push((await calls.settled((open) => open.length <= before)).length)
  }
  if (counts.length > 2) calls.noteGrowth(counts, await calls.settled(() => true))
  return { inspections, isHanging: false }
}

function runOnce({ check, calls, findings, deadline }: Verification, { cutShort }: { readonly cutShort: boolean }) {
  return runStep<unknown>({
    clock: systemClock,
    timeout: deadline,
    run: (signal) =>
      calls.run({
        hook: 'run',
        signal,
        cutShort,
        forgives: isTemporary,
        async run(step) {
          const context = { signal: step }
          try {
            return await check.run(context)
          } finally {
            if (!isDeepStrictEqual(Object.keys(context), ['signal']) || context.signal !== step)
              findings.add('mutates-input', 'run', 'changed the context it was given')
          }
        },
      }),
  })
}

function settingsOf({ name, kind, module, timeout, interval, fall, rise, optional, shared }: HealthCheck): unknown {
  return { name, kind, module, timeout, interval, fall, rise, optional, shared }
}
