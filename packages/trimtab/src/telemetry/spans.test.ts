import * as api from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { createSpanWriter, type SpanRecord } from './spans.ts'

test('of a span that nobody records, nothing further is made', () => {
  const started: string[] = []
  const provider = api.trace.getTracer('nothing is registered')
  const tracer: typeof provider = {
    startSpan(name, ...rest) {
      started.push(name)
      return provider.startSpan(name, ...rest)
    },
    startActiveSpan: provider.startActiveSpan.bind(provider),
  }
  const span: SpanRecord = {
    name: 'trimtab.reload',
    start: 1,
    end: 2,
    attributes: {},
    failed: false,
    events: [],
    get children(): never {
      throw new Error('They were made.')
    },
  }
  createSpanWriter(tracer, api, {})(span)
  expect(started).toEqual(['trimtab.reload'])
})
