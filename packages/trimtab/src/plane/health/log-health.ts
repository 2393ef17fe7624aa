import { isFailing } from '../../health/finding/severity.ts'
import { causeOf } from '../../health/aggregate.ts'
import type { HealthEvent } from '../../health/health.ts'
import type { Logger } from '../../primitives/logger.ts'

/** Why there is to be no more traffic, where somebody has told the plane to stop. */
export const stoppingCause = 'stopping'

/** Says of health what somebody has to act on, and that it is over. First verdicts that are good are no news. */
export function healthLog(logger: Logger): (event: HealthEvent) => void {
  /** What has been said to be other than healthy, and not yet that it is over. */
  const told = new Set<string>()
  return (event) => logHealth(logger, event, told)
}

function logHealth(logger: Logger, event: HealthEvent, told: Set<string>): void {
  switch (event.kind) {
    case 'transition': {
      const { check, status, message } = event.report
      // What these are about has been said where it happened.
      if (check.startsWith('trimtab/')) return
      const cause = causeOf(event.report)
      const wasTold = told.delete(cause)
      if (status === 'healthy' && !wasTold) return
      const line = `${cause} is ${status}${message === undefined ? '' : `: ${message}`}`
      if (status !== 'healthy') told.add(cause)
      if (isFailing(status)) logger.warn(line)
      else logger.info(line)
      return
    }
    case 'aggregate': {
      const { of, next } = event
      if (of !== 'readiness' && of !== 'liveness') return
      // Whoever asked for the stop knows, and `run` has said so.
      if (next.causes.includes(stoppingCause)) return
      const name = `The ${of} of the service`
      const wasTold = told.delete(name)
      if (next.status === 'unhealthy') {
        told.add(name)
        logger.info(`${name} is unhealthy: ${next.causes.join(', ')}`)
      } else if (wasTold) logger.info(`${name} is ${next.status}`)
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
