import { expect, it, test } from 'vitest'
import { functionSink } from '../../events/sinks/function-sink.ts'
import { checkEvents } from './event-options.ts'

const sink = functionSink(() => {}, { name: 'a' })

test('what is possible is taken', () => {
  checkEvents({})
  checkEvents({ sinks: [sink, functionSink(() => {})], source: 'https://example.com/checkout', queue: 1 })
})

it.each([
  [{ sinks: sink }, 'events.sinks has to be a list of sinks'],
  [{ sinks: [{ name: 'a' }] }, 'events.sinks has to be a list of sinks'],
  [{ sinks: [{ name: '', open: () => ({}) }] }, 'events.sinks has to be a list of sinks'],
  [{ sinks: [null] }, 'events.sinks has to be a list of sinks'],
  [{ sinks: [sink, sink] }, 'events.sinks has two called a'],
  [{ source: '' }, 'events.source has to be a URI'],
  [{ source: 'two words' }, 'events.source has to be a URI'],
  [{ source: 7 }, 'events.source has to be a URI'],
  [{ queue: 0 }, 'events.queue has to be a whole number above 0'],
  [{ queue: 1.5 }, 'events.queue has to be a whole number above 0'],
])('%j is refused', (options, message) => {
  expect(() => checkEvents(options as never)).toThrow(message)
})
