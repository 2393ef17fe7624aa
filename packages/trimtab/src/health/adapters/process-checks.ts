import { getHeapStatistics } from 'node:v8'
import { type LoopDelayMeter, measureLoopDelay } from '../../primitives/time/loop-delay.ts'
import type { Finding, HealthCheck } from '../check.ts'
import { type AdapterOptions, checkBounds, checkFields } from './adapter-options.ts'

/** What `eventLoopCheck` takes: milliseconds of delay that are too many. */
export interface EventLoopCheckOptions extends AdapterOptions {
  /** Milliseconds of delay, the 99th percentile since the last run: 100. */
  readonly degradedAt?: number | undefined
  /** 1,000. */
  readonly unhealthyAt?: number | undefined
}

/**
 * How late the event loop calls back, between one run and the next. `event-loop`, unless it is given another name.
 *
 * @example
 * plane.health.add(eventLoopCheck({ degradedAt: 50, optional: true }))
 */
export function eventLoopCheck({
  degradedAt = 100,
  unhealthyAt = 1_000,
  ...options
}: EventLoopCheckOptions = {}): HealthCheck {
  const name = options.name ?? 'event-loop'
  checkBounds(name, { degradedAt, unhealthyAt }, 60_000)
  let meter: LoopDelayMeter | undefined
  return {
    ...checkFields(options),
    name,
    run() {
      if (meter === undefined) {
        meter = measureLoopDelay()
        return { status: 'healthy', message: 'measured from now on' }
      }
      const { p99, longest } = meter.read()
      return judged(p99, { degradedAt, unhealthyAt }, `the event loop was up to ${Math.round(longest)} ms late`, {
        p99: Math.round(p99),
        longest: Math.round(longest),
      })
    },
    close() {
      meter?.close()
      meter = undefined
    },
  }
}

/** What `heapCheck` takes: shares of the heap limit that are too much. */
export interface HeapCheckOptions extends AdapterOptions {
  /** Share of the heap limit in use: 0.85. */
  readonly degradedAt?: number | undefined
  /** 0.95. */
  readonly unhealthyAt?: number | undefined
}

/**
 * How much of the heap that Node may use is in use. `heap`, unless it is given another name.
 *
 * @example
 * plane.health.add(heapCheck({ degradedAt: 0.8, kind: 'liveness' }))
 */
export function heapCheck({ degradedAt = 0.85, unhealthyAt = 0.95, ...options }: HeapCheckOptions = {}): HealthCheck {
  const name = options.name ?? 'heap'
  checkBounds(name, { degradedAt, unhealthyAt }, 1)
  return {
    ...checkFields(options),
    name,
    run() {
      const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics()
      const share = used / limit
      return judged(share, { degradedAt, unhealthyAt }, `${Math.round(share * 100)} % of the heap is in use`, {
        used,
        limit,
      })
    },
  }
}

/** A measured value against two bounds. */
export function judged(
  value: number,
  { degradedAt, unhealthyAt }: { degradedAt: number; unhealthyAt: number },
  message: string,
  details: Record<string, number>,
): Finding {
  const status = value >= unhealthyAt ? 'unhealthy' : value >= degradedAt ? 'degraded' : 'healthy'
  return { status, message, details }
}
