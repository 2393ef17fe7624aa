import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { DataPointType, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { onTestFinished } from 'vitest'

/** One series at one moment; the value of a histogram is how much was recorded in all. */
interface Series {
  readonly name: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly value: number
  /** How often a histogram was recorded to. */
  readonly count?: number
}

export interface Otel {
  readonly meterProvider: MeterProvider
  readonly tracerProvider: BasicTracerProvider
  /** Every series there is now. */
  collect(): Promise<readonly Series[]>
  /** The value of the series of that name that has these attributes; undefined where there is none. */
  valueOf(name: string, attributes?: Readonly<Record<string, string>>): Promise<number | undefined>
  /** What the exporter for Prometheus writes. */
  prometheus(): Promise<string>
  /** Spans that are over. */
  readonly spans: readonly ReadableSpan[]
}

class PulledReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** OpenTelemetry's own SDK, in memory. */
export function openOtel(): Otel {
  const reader = new PulledReader()
  const prometheus = new PrometheusExporter({ preventServerStart: true })
  const meterProvider = new MeterProvider({ readers: [reader, prometheus] })
  const exporter = new InMemorySpanExporter()
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  onTestFinished(async () => {
    await Promise.all([meterProvider.shutdown(), tracerProvider.shutdown()])
  })
  const collect = async (): Promise<readonly Series[]> => {
    const { resourceMetrics, errors } = await reader.collect()
    if (errors.length > 0) throw new AggregateError(errors, 'A callback failed')
    return resourceMetrics.scopeMetrics
      .flatMap(({ metrics }) => metrics)
      .flatMap(({ descriptor: { name }, dataPoints, dataPointType }) =>
        dataPoints.map(({ attributes, value }) => {
          if (dataPointType !== DataPointType.HISTOGRAM) return { name, attributes, value: Number(value) }
          if (typeof value !== 'object' || !('sum' in value)) return { name, attributes, value: Number.NaN }
          return { name, attributes, value: value.sum ?? 0, count: value.count }
        }),
      )
  }
  return {
    meterProvider,
    tracerProvider,
    collect,
    async valueOf(name, wanted = {}) {
      const found = (await collect()).filter((series) => {
        return series.name === name && Object.entries(wanted).every(([key, value]) => series.attributes[key] === value)
      })
      if (found.length > 1) throw new Error(`${found.length} series are called ${name} and have these attributes`)
      return found[0]?.value
    },
    async prometheus() {
      const { resourceMetrics } = await prometheus.collect()
      return new PrometheusSerializer().serialize(resourceMetrics)
    },
    get spans() {
      return exporter.getFinishedSpans()
    },
  }
}
