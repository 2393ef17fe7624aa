import { Validator } from '@cfworker/json-schema'
import { CloudEvent, ValidationError } from 'cloudevents'
import type { TrimtabEvent } from 'trimtab'
import { eventTypes } from 'trimtab/sinks'
import { expect } from 'vitest'

/** Fails unless this is a CloudEvent as it goes over the wire, with just the data that the reference promises. */
export function expectValid(event: TrimtabEvent): void {
  const wire: Record<string, unknown> = JSON.parse(JSON.stringify(event))
  expect(wire, `${event.type} is plain data`).toEqual(event)
  try {
    // Strict: it validates as it is made.
    const parsed = new CloudEvent(wire, true)
    expect(parsed.toJSON()).toMatchObject(wire)
  } catch (error) {
    const why = error instanceof ValidationError ? JSON.stringify(error.errors ?? error.message) : String(error)
    expect.fail(`${event.type} is no CloudEvent: ${why}`)
  }
  expect(Object.isFrozen(event) && Object.isFrozen(event.data), `${event.type} is frozen`).toBe(true)
  // The library's type of a schema lets arrays be changed; it changes none.
  const schema = structuredClone(eventTypes[event.type].data) as ConstructorParameters<typeof Validator>[0]
  const { valid, errors } = new Validator(schema, '2020-12', false).validate(wire['data'])
  expect(
    valid ? [] : errors.map(({ error, instanceLocation }) => `${event.type} ${instanceLocation}: ${error}`),
  ).toEqual([])
}
