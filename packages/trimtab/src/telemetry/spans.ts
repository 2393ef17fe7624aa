import type { OtelApi, OtelAttributes, OtelContext, OtelTime, OtelTracer } from './otel-api.ts'

/** One thing that took time, told when it was over. Times are wall time in milliseconds. */
export interface SpanRecord {
  readonly name: string
  readonly start: number
  readonly end: number
  readonly attributes: Readonly<Record<string, string | number | readonly string[]>>
  /** Whether it ended as it should not. */
  readonly failed: boolean
  readonly events: readonly SpanEvent[]
  readonly children: readonly SpanRecord[]
}

/** Something that happened in that time. */
export interface SpanEvent {
  readonly name: string
  readonly at: number
  readonly attributes: SpanRecord['attributes']
}

/** `SpanStatusCode.ERROR`, which the specification fixes. */
const errorStatus = 2

/** Writes spans that are over, each a trace of its own with its children below it. */
export function createSpanWriter(
  tracer: OtelTracer,
  { trace, ROOT_CONTEXT: root }: OtelApi,
  fixed: OtelAttributes,
): (span: SpanRecord) => void {
  const write = (record: SpanRecord, parent?: OtelContext) => {
    const { name, start, end, attributes, failed, events } = record
    const span = tracer.startSpan(
      name,
      { startTime: timeOf(start), root: parent === undefined, attributes: { ...fixed, ...copied(attributes) } },
      parent ?? root,
    )
    // Nobody has set up anything that records, or a sampler has decided against this one.
    if (!span.isRecording()) return
    for (const event of events) span.addEvent(event.name, copied(event.attributes), timeOf(event.at))
    const context = trace.setSpan(root, span)
    for (const child of record.children) write(child, context)
    if (failed) span.setStatus({ code: errorStatus })
    // A wall clock that was set back must not make a span end before it began.
    span.end(timeOf(Math.max(start, end)))
  }
  return (span) => write(span)
}

function timeOf(milliseconds: number): OtelTime {
  const seconds = Math.floor(milliseconds / 1_000)
  return [seconds, Math.round((milliseconds - seconds * 1_000) * 1_000_000)]
}

function copied(attributes: SpanRecord['attributes']): OtelAttributes {
  const all: OtelAttributes = {}
  for (const [name, value] of Object.entries(attributes)) all[name] = typeof value === 'object' ? [...value] : value
  return all
}
