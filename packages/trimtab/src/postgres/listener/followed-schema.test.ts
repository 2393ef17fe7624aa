import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseEnvironment } from '../../store/scope.ts'
import { parseSchemaName } from '../identifier.ts'
import { createListenerCounter } from '../../store/feed/listener-counts.ts'
import { createFollowedSchema } from './followed-schema.ts'

const environment = parseEnvironment('checkout/production')
const head = (revision: number, hash = `h${revision}`) => ({ name: environment, revision: String(revision), hash })

function make() {
  const counter = createListenerCounter()
  const schema = createFollowedSchema(parseSchemaName(), counter)
  const seen = { woken: 0 }
  const stop = schema.follow(environment, () => {
    seen.woken += 1
  })
  return { counter, schema, seen, stop }
}

it('grows with nothing that is sent, and wakes nobody for what is not theirs', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string(), fc.constantFrom('1 other/place', '-1 checkout/production'))),
      (payloads) => {
        const { counter, schema, seen } = make()
        for (const payload of payloads) schema.hear(payload)
        const { received, malformed, unknown } = counter.read()
        expect([received, malformed + unknown]).toEqual([payloads.length, payloads.length])
        expect(seen.woken).toBe(0)
        expect(schema.environments).toEqual([environment])
      },
    ),
  )
})

it('wakes for every head that has moved, back too, and for none that has not', () => {
  const { schema, seen } = make()
  schema.compare([head(3)], true)
  schema.compare([head(3)], true)
  expect(seen.woken).toBe(1)
  for (const moved of [head(4), head(3), head(3, 'other')]) schema.compare([moved], true)
  expect(seen.woken).toBe(4)
})

it('tells a notification that is late from one that was lost', () => {
  const { counter, schema } = make()
  schema.compare([head(1)], true)
  schema.compare([head(2)], true)
  schema.hear(`2 ${environment}`)
  schema.compare([head(2)], true)
  expect(counter.read().missed).toBe(0)
  schema.compare([head(3)], true)
  schema.hear(`3 ${environment}`)
  schema.hear(`4 ${environment}`)
  schema.compare([head(4)], true)
  expect(counter.read().missed).toBe(0)
  schema.compare([head(5)], true)
  schema.compare([head(5)], true)
  expect(counter.read().missed).toBe(1)
})

it('misses nothing while it does not listen', () => {
  const { counter, schema, seen } = make()
  for (const revision of [1, 2, 3]) schema.compare([head(revision)], false)
  expect([counter.read().missed, seen.woken]).toEqual([0, 3])
})

it('is empty when the last reader has left', () => {
  const { schema, stop } = make()
  const other = schema.follow(environment, () => {})
  stop()
  expect(schema.isEmpty).toBe(false)
  other()
  expect(schema.isEmpty).toBe(true)
})
