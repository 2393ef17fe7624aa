import { expect, test } from 'vitest'
import { sourceName } from '../../model/source-name.ts'
import { systemClock } from '../../primitives/time/clock.ts'
import { objectSource } from '../../sources/object.ts'
import { createLayerReader } from './read-layers.ts'

test('of what a source throws instead of answering only its kind is shown', async () => {
  const source = { ...objectSource({}), name: sourceName('kv', 'own') }
  const read = () => Promise.reject(new SyntaxError('unexpected token at "password: hunter2"'))
  const reader = createLayerReader([{ source, reader: { read, close: async () => {} } }], systemClock, 1_000)
  const layers = await reader.read(new AbortController().signal)
  expect(layers).toMatchObject({ kind: 'unreadable', problems: [{ code: 'unreadable', origin: { source: 'kv:own' } }] })
  expect(JSON.stringify([layers, reader.status])).not.toContain('hunter2')
})
