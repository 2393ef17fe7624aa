import { isFailing } from '../../health/finding/severity.ts'
import { causeOf } from '../../health/aggregate.ts'
import type { HealthEvent } from '../../health/health.ts'
import type { Logger } from '../../primitives/logger.ts'

/** Why there is to be no more traffic, where somebody has told the plane to stop. */
export const stoppingCause = 'stopping'

/** Says of health what somebody has to act on, and that it is over. */
export function logHealth(logger: Logger, event: HealthEvent): void {
  switch (event.kind) {
    case 'transition': {
      const { check, status, message } = event.report
      // What these are about has been said where it happened.
      if (check.startsWith('trimtab/')) return
      const line = `${causeOf(event.report)} is ${status}${message === undefined ? '' : `: ${message}`}`
      if (isFailing(status)) logger.warn(line)
      else if (status === 'degraded' || isFailing(event.previous)) logger.info(line)
      return
    }
    case 'aggregate': {
      const { of, next, previous } = event
      if (of !== 'readiness' && of !== 'liveness') return
      // Whoever asked for the stop knows, and `run` has said so.
      if (next.causes.includes(stoppingCause)) return
      if (next.status === 'unhealthy') logger.info(`The ${of} of the service is unhealthy: ${next.causes.join(', ')}`)
      else if (previous.status === 'unhealthy') logger.info(`The ${of} of the service is ${next.status}`)
      return
    }
    case 'abandoned':
      logger.warn(`A run of the health check ${event.check} was given up; none is started beside it`)
      return
    case 'remedy': {
      const line = `A remedy of the health check ${event.check} ${said[event.step]}: ${event.reason}`
      if (event.step === 'withdrawn') logger.info(line)
      else logger.warn(line)
      return
    }
    default:
      event satisfies never
  }
}

const said = { applied: 'is in force', withdrawn: 'has been withdrawn', failed: 'could not be applied' } as const
