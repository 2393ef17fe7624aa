import type { Disposer } from '../../primitives/disposers.ts'
import type { Emitter } from '../../primitives/emitter.ts'
import type { Logger } from '../../primitives/logger.ts'
import { type Problem, printProblem } from '../../schema/problem.ts'
import type { TenantEvent, TenantStep } from '../../tenancy/overlay/tenant-events.ts'
import type { TenantOutcome } from '../../tenancy/overlay/tenant-outcome.ts'

/** Turns what is told of tenants into lines for people. */
export function observeTenants(events: Emitter<TenantEvent>, logger: Logger): Disposer {
  return events.on((event) => {
    switch (event.kind) {
      case 'state':
        logger.info(`The tenant ${event.tenant} is ${event.next} and no longer ${event.previous}`)
        return
      case 'step':
        logStep(event, logger)
        return
      case 'drained':
        if (event.unfinished.length === 0) logger.info('The tenants are drained')
        else logger.warn(`The tenants are drained, and work has not ended of ${event.unfinished.join(', ')}`)
        return
      case 'changed':
        logger.info([`The tenant ${event.tenant} has changed`, ...event.changes.summary()].join('; '))
        return
      case 'held': {
        const what = event.hasGood ? 'goes on with its last good configuration' : 'has no configuration'
        tell(`The tenant ${event.tenant} ${what}`, event.problems, (line) => logger.error(line))
        return
      }
      case 'recovered':
        logger.info(`The tenant ${event.tenant} reads what is configured for it again`)
        return
      case 'listing':
        if (event.problems.length === 0) logger.info('The list of tenants is in order again')
        tell('The list of tenants', event.problems, (line) => logger.warn(line))
        return
      case 'settled':
        if (!event.repeated) logWarnings(event.outcome, logger)
        return
      default:
        event satisfies never
    }
  })
}

const attempted = {
  activate: 'be activated',
  suspend: 'be suspended',
  remove: 'be removed',
  rotate: 'be read with other credentials',
} as const satisfies Record<TenantStep, string>

function logStep({ tenant, step, failure, repeated }: Extract<TenantEvent, { kind: 'step' }>, logger: Logger): void {
  if (failure === undefined && step === 'rotate')
    logger.info(`The tenant ${tenant} is read with the credentials of now`)
  if (failure === undefined || repeated) return
  const next = failure.code === 'tenant_unknown' ? '' : ', and it is tried again'
  logger.warn(`The tenant ${tenant} could not ${attempted[step]}${next}: ${failure.message}`)
}

/** Errors are told by `held`. */
function logWarnings({ tenant, problems }: TenantOutcome, logger: Logger): void {
  for (const problem of problems) {
    if (problem.severity === 'warning') logger.warn(`The tenant ${tenant}: ${printProblem(problem)}`)
  }
}

function tell(what: string, problems: readonly Problem[], write: (line: string) => void): void {
  for (const problem of problems) write(`${what}: ${printProblem(problem)}`)
}
