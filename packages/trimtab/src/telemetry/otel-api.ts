/**
 * What is used of OpenTelemetry, described here: the package is optional, and whoever has not installed it must still be
 * able to compile against these types. The real providers fit, which a test proves.
 */

/** Attributes as OpenTelemetry takes them; lists on spans alone. */
export type OtelAttributes = Record<string, string | number | string[]>

/** A point in time: seconds since 1970, and nanoseconds in that second. A plain number would be taken for a relative time. */
export type OtelTime = [seconds: number, nanoseconds: number]

export interface OtelInstrumentOptions {
  description?: string
  unit?: string
  advice?: { explicitBucketBoundaries?: number[] }
}

/** Something that a meter reads when it is collected. It stays opaque. */
export type OtelObservable = object

interface OtelObservations {
  observe(instrument: OtelObservable, value: number, attributes?: OtelAttributes): void
}

export interface OtelMeter {
  createCounter(
    name: string,
    options?: OtelInstrumentOptions,
  ): { add(value: number, attributes?: OtelAttributes): void }
  createHistogram(
    name: string,
    options?: OtelInstrumentOptions,
  ): { record(value: number, attributes?: OtelAttributes): void }
  createObservableGauge(name: string, options?: OtelInstrumentOptions): OtelObservable
  createObservableCounter(name: string, options?: OtelInstrumentOptions): OtelObservable
  addBatchObservableCallback(look: (observations: OtelObservations) => void, instruments: OtelObservable[]): void
  removeBatchObservableCallback(look: (observations: OtelObservations) => void, instruments: OtelObservable[]): void
}

/** What a `MeterProvider` of OpenTelemetry has. */
export interface OtelMeterProvider {
  getMeter(name: string, version?: string): OtelMeter
}

interface OtelSpan {
  isRecording(): boolean
  addEvent(name: string, attributes: OtelAttributes, time: OtelTime): unknown
  setStatus(status: { code: number }): unknown
  end(time: OtelTime): void
}

export interface OtelTracer {
  startSpan(
    name: string,
    options: { startTime: OtelTime; root?: boolean; attributes: OtelAttributes },
    context?: OtelContext,
  ): OtelSpan
}

/** Says which span another one is part of. It stays opaque. */
export type OtelContext = object

/** What a `TracerProvider` of OpenTelemetry has. */
export interface OtelTracerProvider {
  getTracer(name: string, version?: string): OtelTracer
}

/** The package, as far as it is used. */
export interface OtelApi {
  readonly metrics: { getMeterProvider(): OtelMeterProvider }
  readonly trace: {
    getTracerProvider(): OtelTracerProvider
    setSpan(context: OtelContext, span: OtelSpan): OtelContext
  }
  readonly ROOT_CONTEXT: OtelContext
}
