import { type Metrics, type Observing, openMetrics, type Recording } from './metrics.ts'
import type { OtelApi, OtelAttributes, OtelMeterProvider, OtelTracerProvider } from './otel-api.ts'
import { createSpanWriter, type SpanRecord } from './spans.ts'

/** Where measurements and spans go. */
export interface Telemetry {
  readonly record: Recording
  /** Tells of something that is over. */
  span(span: SpanRecord): void
  /** From now on everything goes there, and so does what has waited. */
  connect(api: OtelApi, version: string): void
  /** Ends it: what waits is dropped, callbacks are taken away, and nothing is recorded any more. Idempotent. */
  close(): void
}

export interface TelemetryParts {
  /** The global providers where it is undefined. */
  readonly meterProvider: OtelMeterProvider | undefined
  readonly tracerProvider: OtelTracerProvider | undefined
  /** On every series and span. */
  readonly attributes: OtelAttributes
  /** Says what the observed instruments are at, whenever somebody collects. */
  readonly look: (observe: Observing) => void
}

type State =
  /** The package is being loaded, which takes a moment in which a plane already boots. */
  | { readonly kind: 'waiting'; readonly calls: (() => void)[] }
  | { readonly kind: 'connected'; readonly metrics: Metrics; readonly write: (span: SpanRecord) => void }
  | { readonly kind: 'closed' }

/** What may wait for the package: far more than a boot tells. */
const mostWaiting = 10_000
const scope = 'trimtab'

export function createTelemetry({ meterProvider, tracerProvider, attributes, look }: TelemetryParts): Telemetry {
  let state: State = { kind: 'waiting', calls: [] }
  const wait = (call: () => void) => {
    if (state.kind === 'waiting' && state.calls.length < mostWaiting) state.calls.push(call)
  }
  const telemetry: Telemetry = {
    record(name, value, labels) {
      if (state.kind === 'connected') state.metrics.record(name, value, labels)
      else wait(() => telemetry.record(name, value, labels))
    },
    span(span) {
      if (state.kind === 'connected') state.write(span)
      else wait(() => telemetry.span(span))
    },
    connect(api, version) {
      if (state.kind !== 'waiting') return
      const { calls } = state
      const meter = (meterProvider ?? api.metrics.getMeterProvider()).getMeter(scope, version)
      const tracer = (tracerProvider ?? api.trace.getTracerProvider()).getTracer(scope, version)
      const metrics = openMetrics(meter, attributes, look)
      state = { kind: 'connected', metrics, write: createSpanWriter(tracer, api, attributes) }
      for (const call of calls) call()
    },
    close() {
      if (state.kind === 'connected') state.metrics.close()
      state = { kind: 'closed' }
    },
  }
  return telemetry
}
