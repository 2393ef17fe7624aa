import type { Clock } from '../primitives/time/clock.ts'
import type { Random } from '../primitives/random.ts'
import type { TrimtabEvent } from './event-types.ts'

/** What a sink is given by the plane. */
export interface SinkHost {
  readonly clock: Clock
  readonly random: Random
}

/**
 * Where events go: an inert description, as a source is one. The ready ones are `functionSink`, `jsonLinesSink` and
 * `webhookSink`; anything of this shape will do.
 */
export interface EventSink {
  /** Stands in the log, in `plane.events.sinks` and in metrics. Unique in a plane, and without secrets. */
  readonly name: string
  /** Called once, while the plane is made. What needs time or can fail belongs into `deliver`. */
  open(host: SinkHost): SinkWriter
}

/** The open end of a sink. */
export interface SinkWriter {
  /** Milliseconds that one `deliver` may take: 30 s. One that takes longer is given up, and its event counts as lost. */
  readonly timeout?: number | undefined
  /**
   * Takes one event; the next one comes when this has settled. A throw or a rejection means that the event is lost. The
   * signal aborts at the deadline, and when the plane does not wait any longer.
   */
  deliver(event: TrimtabEvent, signal: AbortSignal): unknown
  /** Called once, after the last `deliver`. */
  close?(): unknown
}

/** How a sink is doing. */
export interface SinkStatus {
  readonly name: string
  /** Events that wait for it now. */
  readonly waiting: number
  readonly delivered: number
  /** Events that it never got: it failed, took too long, or its queue was full. */
  readonly lost: number
  readonly state:
    | { readonly kind: 'sound' }
    /** It has lost events, and has not taken any for 10 s without losing one. `since` is wall time, milliseconds. */
    | { readonly kind: 'failing'; readonly since: number; readonly why: string }
}

export const sinkDefaults = {
  /** Events that may wait for one sink. */
  queue: 1_024,
  /** Milliseconds. */
  timeout: 30_000,
  /** Milliseconds for what still waits when the plane is closed. */
  flush: 5_000,
} as const
