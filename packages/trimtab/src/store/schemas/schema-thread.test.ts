import { afterEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../primitives/json.ts'
import { systemClock } from '../../primitives/time/clock.ts'
import type { PublishQuestion } from './question.ts'
import { createSchemaThread, type SchemaThread } from './schema-thread.ts'

const threads: SchemaThread[] = []
function thread(): SchemaThread {
  const made = createSchemaThread(systemClock)
  threads.push(made)
  return made
}
afterEach(async () => {
  for (const each of threads.splice(0)) await each.close()
})

const about = (schema: JsonObject, tree: JsonObject): PublishQuestion => ({
  kind: 'publish',
  schema,
  schemes: ['env'],
  sets: [],
  trees: [{ tenant: undefined, tree, before: {} }],
})
const simple = about({ properties: { a: { type: 'number' } } }, { a: 'x' })
const slow = about({ properties: { a: { pattern: '^(a+)+$' } } }, { a: `${'a'.repeat(60)}!` })

describe('the thread that schemas are asked in', () => {
  it('goes on after a question that took too long', { timeout: 60_000 }, async () => {
    const asked = thread()
    const [hung, after] = await Promise.all([asked.ask(slow), asked.ask(simple)])
    expect(hung).toEqual({ kind: 'unanswered', why: 'took longer than 1000 ms' })
    expect(after).toMatchObject({ kind: 'answered', answer: { findings: [{ path: 'a' }] } })
  })

  it('outlives a question that takes all its memory', { timeout: 60_000 }, async () => {
    const asked = thread()
    // Every level has twice as many faults to list.
    const levels = Array.from({ length: 40 }, (_, level): [string, JsonObject] => {
      const next = level < 39 ? { $ref: `#/$defs/d${level + 1}` } : { type: 'string' }
      return [`d${level}`, { allOf: [next, { ...next }] }]
    })
    const greedy = about({ properties: { a: { $ref: '#/$defs/d0' } }, $defs: Object.fromEntries(levels) }, { a: 1 })
    expect((await asked.ask(greedy)).kind).toBe('unanswered')
    expect((await asked.ask(simple)).kind).toBe('answered')
  })

  it('lets go of a question whose asker has left', { timeout: 60_000 }, async () => {
    const asked = thread()
    const controller = new AbortController()
    const reason = new Error('left')
    const asking = asked.ask(slow, controller.signal)
    controller.abort(reason)
    await expect(asking).rejects.toBe(reason)
    await expect(asked.ask(simple, AbortSignal.abort(reason))).rejects.toBe(reason)
    expect((await asked.ask(simple)).kind).toBe('answered')
  })

  it('ends with its store, and begins no more', { timeout: 60_000 }, async () => {
    const asked = thread()
    const asking = asked.ask(slow)
    const refused = expect(asking).rejects.toMatchObject({ code: 'store_unavailable' })
    await Promise.all([asked.close(), asked.close()])
    await refused
    await expect(asked.ask(simple)).rejects.toMatchObject({ code: 'store_unavailable' })
  })
})
