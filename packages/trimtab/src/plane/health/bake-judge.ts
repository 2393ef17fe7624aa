import type { HealthCore, JudgedCheck } from '../../health/create-health.ts'
import { isFailing } from '../../health/finding/severity.ts'
import { type ExpectedCheck, Judgement } from '../../health/judgement.ts'
import type { HealthReport } from '../../health/report.ts'
import { abortReason, onAbort } from '../../primitives/concurrency/abort.ts'
import type { Clock, Timer } from '../../primitives/time/clock.ts'
import type { BakeCase, Judge, Verdict } from '../../reload/proof/judge.ts'

export interface BakeJudgeParts {
  readonly clock: Clock
  readonly health: HealthCore
  readonly options: { readonly min: number; readonly max: number; readonly interval: number }
}

/** How often a check has to pass, and how often in a row it may fail before the change is undone. */
const counts = { passes: 5, fails: 5 } as const

/** The judge of a plane: its required health checks. */
export interface BakeJudge extends Judge {
  /**
   * Remembers what is required and what fails, as the ground that the next commits are judged on. Where that has not proved
   * itself, what fails on it excuses nothing.
   */
  remember(ground: { readonly isProved: boolean }): void
}

/**
 * Judges a commit by every check that is required now or was required when what can be gone back to was in force: a change
 * can't loosen its own judge. What failed at that time is not held against the change. Liveness checks are judges as much
 * as those of readiness: what would have a process restarted is the surest sign of a bad change.
 *
 * What is committed on a boot that has not proved itself has to do well in everything. It is said whether all that fails had
 * failed on the boot as well: then nothing is gained by going back to it.
 */
export function createBakeJudge({ clock, health, options }: BakeJudgeParts): BakeJudge {
  let before: ReadonlyMap<string, ExpectedCheck> = new Map()
  let isStrict = true
  const expected = (): ReadonlyMap<string, ExpectedCheck> => {
    const now = health.judged.map(({ settled: { name } }): [string, ExpectedCheck] => [
      name,
      { name, failingBefore: none, isOfGround: false },
    ])
    return new Map([...now, ...before])
  }

  return {
    remember({ isProved }) {
      isStrict = !isProved
      before = new Map(health.judged.map((check) => [check.settled.name, remembered(check)]))
    },
    isNeeded: () => expected().size > 0,
    judge({ candidate, stable }: BakeCase, signal: AbortSignal): Promise<Verdict> {
      const { min, max } = options
      const checks = expected()
      const judgement = new Judgement({ min, max, ...counts, isStrict }, checks.values())
      const startedAt = clock.monotonic()
      // After a boot there is nothing to undo, and a fleet that starts together is not to ask everything at once.
      const interval = stable === undefined ? max / (counts.passes + 1) : options.interval

      return new Promise((resolve, reject) => {
        const timers: Timer[] = []
        const end = () => {
          stopSeeing()
          stopHastening()
          stopNoticing()
          stopListening()
          for (const timer of timers) timer.cancel()
        }
        const conclude = () => {
          const ruling = judgement.rule(clock.monotonic() - startedAt)
          if (ruling.kind === 'open') return
          end()
          resolve(ruling)
        }
        const stopSeeing = health.observations.on(({ check, generation, reports }) => {
          if (generation < candidate.generation) return
          judgement.see(check, reports)
          conclude()
        })
        for (const name of checks.keys()) judgement.notice(name, health.has(name))
        const stopNoticing = health.membership.on((name) => {
          if (!checks.has(name)) return
          judgement.notice(name, health.has(name))
          // One that is added again in another form is away for a moment.
          timers.push(clock.schedule(interval, conclude))
        })
        const stopHastening = health.hasten(interval, (check) => checks.has(check))
        let stopListening = () => {}
        stopListening = onAbort(signal, () => {
          end()
          reject(abortReason(signal))
        })
        for (const time of [min, max]) timers.push(clock.schedule(time, conclude))
        if (signal.aborted) for (const timer of timers) timer.cancel()
      })
    },
  }
}

const none: ReadonlySet<string | undefined> = new Set()

function remembered({ settled: { name }, reports, hasVerdict, isRemedied }: JudgedCheck): ExpectedCheck {
  // A remedy may come before damping takes the check down, and is not to be undone for the outage that it answers.
  const isDown = ({ status, observed }: HealthReport) => isFailing(status) || (isRemedied && isFailing(observed))
  const failing = hasVerdict ? reports.filter(isDown) : []
  return { name, failingBefore: new Set(failing.map(({ component }) => component)), isOfGround: true }
}
