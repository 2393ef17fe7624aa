import type { Disposer } from '../../primitives/disposers.ts'
import type { Emitter } from '../../primitives/emitter.ts'
import type { Logger } from '../../primitives/logger.ts'
import type { Outcome, RollbackCause } from '../../reload/outcome.ts'
import { isFailure, keptHint } from '../../reload/outcome-of.ts'
import { printProblem } from '../../schema/problem.ts'
import type { Revision } from '../../store/revision.ts'
import type { GuardEvent } from '../../tenancy/guard/guard.ts'
import { printViolation } from '../../tenancy/guard/violation.ts'
import { healthLog } from '../health/log-health.ts'
import type { PlaneFeedEvent } from '../store/plane-stores.ts'
import type { PlaneEvent } from './plane-event.ts'

/** Turns what a plane tells into lines for people. */
export function observe(events: Emitter<PlaneEvent>, logger: Logger): Disposer {
  const logHealth = healthLog(logger)
  let isFailing = false
  // A warning stands until somebody acts on it: it is told when it is new, and not at every reload.
  let standing: ReadonlySet<string> = new Set()
  const warn = ({ problems, dryRun }: Outcome) => {
    // That what health said no to was kept is said by the bake, whose every verdict counts.
    const own = problems.filter(({ severity, code }) => severity === 'warning' && code !== 'kept_unhealthy')
    const warnings = new Set(own.map(printProblem))
    for (const warning of warnings) if (!standing.has(warning)) logger.warn(warning)
    if (!dryRun) standing = warnings
  }
  return events.on((event) => {
    switch (event.kind) {
      case 'settled':
        if (!event.repeated) {
          warn(event.outcome)
          logOutcome(logger, event.outcome)
        }
        if (isFailing && event.outcome.status === 'unchanged') logger.info('What is configured is what runs again')
        isFailing = isFailure(event.outcome)
        return
      case 'committed':
        if (event.undone) logger.warn(`Generation ${event.next.generation} is what was stable before`)
        return
      case 'pending_restart':
        if (event.pending.length === 0) logger.info('Nothing waits for a restart any more')
        for (const { path, running, configured, module } of event.pending) {
          const why = module === undefined ? '' : `, because ${module} can't be replaced while it runs`
          logger.warn(`${path} waits for a restart: running ${running}, configured ${configured}${why}`)
        }
        return
      case 'breaker':
        if (event.state.kind === 'open')
          logger.error(`The breaker is open after ${event.state.failures} failures of the same content`)
        return
      case 'stuck':
        for (const { module, error } of event.stuck) logger.error(`${module} is stuck: ${error}`)
        return
      case 'set_aside':
        logger.warn(`A content was set aside: ${event.why}`)
        return
      case 'retired':
        if (event.error !== undefined) logger.warn(`${event.module} did not stop: ${event.error}`)
        if (event.cutOff.length > 0)
          logger.warn(`${event.module} was stopped while in use by ${event.cutOff.join(', ')}`)
        return
      case 'bake':
        if (event.step.kind === 'kept') {
          logger.warn(
            `What runs is unhealthy, and there is nothing better to go back to: ${event.step.reasons.join('; ')}. ${keptHint}`,
          )
        }
        return
      case 'started':
      case 'module':
      // Said where the boot is decided.
      case 'recovered':
      // Said where tenants are.
      case 'tenant':
        return
      case 'health':
        logHealth(event.event)
        return
      case 'override': {
        const { override } = event.event
        logger.info(`Override ${override.id} ${event.event.kind}: ${override.paths.join(', ')} (${override.reason})`)
        return
      }
      case 'feed':
        logFeed(logger, event.feed)
        return
      case 'store': {
        const { result } = event.event
        if (result?.kind !== 'published') return
        const { environment, cursor, message } = result.revision
        logger.info(`Published revision ${cursor.revision} of ${environment}${forWhom(result.revision)} (${message})`)
        return
      }
      case 'guard':
        logGuard(logger, event.event)
        return
      default:
        event satisfies never
    }
  })
}

/** Tenants may have stores of their own, where the environment has the same name and revisions of its own. */
function forWhom({ changes }: Revision): string {
  const tenants = new Set(changes.flatMap(({ tenant }) => tenant ?? []))
  const [first] = tenants
  if (first === undefined) return ''
  const whom = tenants.size === 1 ? first : `${tenants.size} tenants`
  return changes.some(({ tenant }) => tenant === undefined) ? `, also for ${whom}` : `, for ${whom}`
}

function logFeed(logger: Logger, { environment, tenant, event }: PlaneFeedEvent): void {
  const name = `store:${environment}${tenant === undefined ? '' : ` of the tenant ${tenant}`}`
  switch (event.kind) {
    case 'lost':
      logger.error(`${name} can't be read, so that its last content stays in use: ${event.error.message}`)
      return
    case 'restored':
      logger.info(`${name} is read again after ${Math.round(event.lostFor)} ms`)
      return
    case 'adopted':
      if (event.because !== 'rewound') return
      logger.warn(
        `${name} has another history: revision ${event.next.cursor.revision} is taken over in place of ` +
          `revision ${event.previous?.cursor.revision ?? 0}`,
      )
      return
    case 'advanced':
      return
    default:
      event satisfies never
  }
}

function logGuard(logger: Logger, event: GuardEvent): void {
  switch (event.kind) {
    case 'violation': {
      const { violation, count } = event
      const more = count > 1 ? `, the newest of ${count} such since the last line` : ''
      if (violation.refused) logger.error(`The guard refused ${printViolation(violation)}${more}`)
      else logger.warn(`The guard allowed ${printViolation(violation)}${more}`)
      return
    }
    case 'mode':
      logger.warn(`The guard is ${event.next} and no longer ${event.previous}: ${event.actor}, ${event.reason}`)
      return
    case 'allow':
      logger.warn(`The guard allows [${event.next.join(', ')}] to all: ${event.actor}, ${event.reason}`)
      return
    default:
      event satisfies never
  }
}

function logOutcome(logger: Logger, outcome: Outcome): void {
  const title = `Reload ${outcome.id} (${outcome.triggers.join(', ')})`
  switch (outcome.status) {
    case 'unchanged':
      logger.debug(`${title}: unchanged`)
      return
    case 'full_success':
      logger.info([`${title}: generation ${outcome.generation}`, ...outcome.changes.summary()].join('; '))
      return
    case 'partial_applied':
      logger.warn(`${title}: generation ${outcome.generation}, without ${outcome.outstanding.join(', ')}`)
      return
    case 'validation_failed':
    case 'load_failed':
      for (const problem of outcome.problems) {
        if (problem.severity === 'error') logger.error(`${title} refused: ${printProblem(problem)}`)
      }
      return
    case 'rolled_back':
      logger.error(`${title} undone: ${describeCause(outcome.cause)}`)
      return
    case 'stuck':
      logger.error(`${title} could not be undone: ${describeCause(outcome.cause)}`)
      return
    case 'circuit_open':
      logger.warn(
        `${title} held back: this content failed ${outcome.failures} times, next trial in ${Math.ceil(outcome.retryIn)} ms`,
      )
      return
    default:
      outcome satisfies never
  }
}

/** Why a reload was undone, as a phrase. */
export function describeCause(cause: RollbackCause): string {
  switch (cause.kind) {
    case 'step_failed':
      return `${cause.module} failed to ${cause.step}: ${cause.error}`
    case 'cancelled':
      return 'it was cancelled'
    case 'unhealthy':
      return cause.reasons.join('; ')
    default:
      return cause satisfies never
  }
}
