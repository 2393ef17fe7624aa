import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { shapeFor } from '../../../../test/support/shape-for.ts'
import { isTrimtabError } from '../errors/trimtab-error.ts'
import { type Deferred, deferred } from '../primitives/concurrency/deferred.ts'
import type { Random } from '../primitives/random.ts'
import { printProblem } from '../schema/problem.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { type PolledContent, pollingSource, type PollingSourceOptions } from './polling.ts'
import type { Reading } from './source.ts'

const planted = 'hunter2-planted'
const shape = shapeFor(z.object({ a: z.number() }))
const { signal } = new AbortController()

type Fetch = PollingSourceOptions['fetch']
/** An answer, whatever it is, or what gives one. */
type Step = unknown

/** A home that answers with one step after the other, and with the last one for ever. */
function home(...steps: readonly Step[]) {
  const calls: { readonly previous: PolledContent | undefined; readonly signal: AbortSignal }[] = []
  const script = [...steps]
  // A step may be anything: what somebody's code really gives is what is tested.
  const fetch = (async (options) => {
    calls.push(options)
    const step = script.length > 1 ? script.shift() : script[0]
    return typeof step === 'function' ? step() : step
  }) as Fetch
  return { fetch, calls, say: (...next: readonly Step[]) => void script.splice(0, script.length, ...next) }
}

const failing = () => {
  throw Object.assign(new Error(`connect postgres://app:${planted}@db`), { code: 'ECONNREFUSED' })
}

function open(fetch: Fetch, options: Partial<PollingSourceOptions> = {}, random: Random = () => 0.5) {
  const clock = createManualClock()
  const reader = pollingSource({ name: 'home', fetch, ...options }).open({ clock, random, shape })
  const read = async () => {
    const reading = await reader.read(signal)
    expect(JSON.stringify(reading)).not.toContain(planted)
    return reading
  }
  return { clock, reader, read }
}

/** Watches until `end` is called, and says how often it was woken and what it ended with. */
function watching({ reader }: ReturnType<typeof open>) {
  const controller = new AbortController()
  const state = { wakes: 0, rejected: undefined as unknown }
  const ended = reader
    .watch?.(() => void (state.wakes += 1), controller.signal)
    .catch((error: unknown) => {
      state.rejected = error
    })
  return {
    state,
    async end() {
      controller.abort()
      await ended
    },
  }
}

function layerIn(reading: Reading) {
  if (reading.kind !== 'layer') throw new Error(`expected a layer, received ${reading.kind}`)
  return reading
}

describe('a reading of a polling source', () => {
  it('gives the content of one call, copied and frozen', async () => {
    const tree = { a: { b: 1 } }
    const { read } = open(home({ tree }).fetch)
    const { layer, warnings } = layerIn(await read())
    expect(layer).toMatchObject({ source: 'polling:home', tree })
    expect(warnings).toEqual([])
    expect(Object.isFrozen(layer.tree['a'])).toBe(true)
    expect(Object.isFrozen(tree)).toBe(false)
    expect(layer.locate(['a'])).toBeUndefined()
  })

  it('gives the very same layer while the content is the same', async () => {
    const { fetch } = home(
      { tree: { a: 1, b: 2 }, revision: 1 },
      { tree: { b: 2, a: 1 }, revision: 2 },
      { tree: { a: 2 } },
    )
    const { read } = open(fetch)
    const first = layerIn(await read()).layer
    expect(layerIn(await read()).layer).toBe(first)
    const third = layerIn(await read()).layer
    expect(third.digest).not.toBe(first.digest)
  })

  it('hands back the last content, so that the home can say that nothing has changed', async () => {
    const { fetch, calls } = home({ tree: { a: 1 }, revision: 'v1' }, () => calls.at(-1)?.previous)
    const { read } = open(fetch)
    const first = layerIn(await read()).layer
    expect(calls[0]?.previous).toBeUndefined()
    expect(layerIn(await read()).layer).toBe(first)
    expect(calls[1]?.previous).toEqual({ tree: { a: 1 }, revision: 'v1' })
    await read()
    expect(calls[2]?.previous).toEqual({ tree: { a: 1 }, revision: 'v1' })
  })

  it('tells absent, empty and unreadable apart', async () => {
    const { fetch, say } = home('absent')
    const { read } = open(fetch)
    expect(await read()).toMatchObject({
      kind: 'absent',
      problem: { code: 'absent', origin: { source: 'polling:home' } },
    })
    say({ tree: {} })
    expect(await read()).toMatchObject({ kind: 'layer', layer: { tree: {} } })
    say('absent')
    expect(await read()).toMatchObject({ kind: 'absent' })
    // What was there before it was absent is not there any more.
    say(failing)
    expect(await read()).toMatchObject({ kind: 'unreadable' })
  })

  it('is unreadable while there was no good content yet, and says why without what was thrown', async () => {
    const { fetch, say } = home(failing)
    const { read } = open(fetch)
    const problems = async () => {
      const reading = await read()
      return reading.kind === 'unreadable' ? reading.problems.map(printProblem) : reading.kind
    }
    expect(await problems()).toEqual(['polling:home: could not be read (ECONNREFUSED)'])
    say(() => {
      throw null
    })
    expect(await problems()).toEqual(['polling:home: could not be read (threw null)'])
  })

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'not_an_object'],
    ['text', planted, 'not_an_object'],
    ['a bare tree', { a: planted }, 'not_an_object'],
    ['a tree that is a list', { tree: [planted] }, 'not_an_object'],
    ['a tree that is text', { tree: planted }, 'not_an_object'],
    ['what is no JSON', { tree: { a: new Date(0) } }, 'not_json'],
    ['a prototype key', { tree: JSON.parse(`{"__proto__":"${planted}"}`) }, 'prototype_key'],
    [
      'a getter that throws',
      {
        get tree() {
          throw new Error(planted)
        },
      },
      'unreadable',
    ],
  ])('is unreadable when the home gives %s', async (_, answer, code) => {
    const { read } = open(home(answer).fetch)
    expect(await read()).toMatchObject({ kind: 'unreadable', problems: [{ code, severity: 'error' }] })
  })

  it('keeps the last good content while the home fails, and says so', async () => {
    const { fetch, say } = home({ tree: { a: 1 } })
    const { read } = open(fetch)
    const first = layerIn(await read())
    for (const step of [failing, { tree: planted }, undefined]) {
      say(step)
      const { layer, warnings } = layerIn(await read())
      expect(layer).toBe(first.layer)
      expect(warnings).toMatchObject([
        { severity: 'warning', message: expect.stringContaining('the last good content is kept') },
      ])
    }
    say({ tree: { a: 1 } })
    expect(layerIn(await read())).toEqual({ kind: 'layer', layer: first.layer, warnings: [] })
  })

  it('gives up a call that takes too long, begins no second one beside it, and recovers when it ends', async () => {
    const hanging: Deferred<unknown> = deferred()
    const { fetch, calls, say } = home(() => hanging.promise)
    const { clock, reader } = open(fetch, { timeout: '2s' })
    const first = reader.read(signal)
    await clock.advance(2_000)
    expect(await first).toMatchObject({ problems: [{ message: 'gave no answer within 2000 ms' }] })
    expect(calls[0]?.signal.aborted).toBe(true)

    say({ tree: { a: 2 } })
    expect(await reader.read(signal)).toMatchObject({ problems: [{ message: 'is still busy with an earlier call' }] })
    expect(calls).toHaveLength(1)

    // The late answer is nobody's.
    hanging.resolve({ tree: { a: 1 } })
    await clock.advance(0)
    expect(await reader.read(signal)).toMatchObject({ layer: { tree: { a: 2 } } })
    expect(calls).toHaveLength(2)
    expect(calls[1]?.previous).toBeUndefined()
    expect(clock.pending).toBe(0)
  })

  it('shares one call among all who ask while it is under way', async () => {
    const answer: Deferred<unknown> = deferred()
    const { fetch, calls } = home(() => answer.promise)
    const { reader, clock } = open(fetch)
    const readings = [reader.read(signal), reader.read(signal)]
    answer.resolve({ tree: { a: 1 } })
    const [one, two] = await Promise.all(readings)
    expect(one).toBe(two)
    expect(calls).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })

  it('is released by its signal, and the call goes on for the others', async () => {
    const answer: Deferred<unknown> = deferred()
    const { reader } = open(home(() => answer.promise).fetch)
    const controller = new AbortController()
    const impatient = reader.read(controller.signal)
    const patient = reader.read(signal)
    controller.abort(new Error('enough'))
    await expect(impatient).rejects.toThrow('enough')
    answer.resolve({ tree: { a: 1 } })
    expect(await patient).toMatchObject({ layer: { tree: { a: 1 } } })
  })

  it('ends its call when it is closed', async () => {
    const { fetch, calls } = home(() => new Promise(() => {}))
    const { reader, clock } = open(fetch)
    const reading = reader.read(signal)
    await clock.advance(0)
    await reader.close()
    await reader.close()
    expect(await reading).toMatchObject({ kind: 'unreadable' })
    expect(calls[0]?.signal.aborted).toBe(true)
    expect(clock.pending).toBe(0)
  })
})

describe('watching a polling source', () => {
  it('wakes when the content has changed, and only then', async () => {
    const { fetch, calls, say } = home({ tree: { a: 1 } })
    const opened = open(fetch, { interval: '10s' })
    await opened.read()
    const { state, end } = watching(opened)
    await opened.clock.advance(50_000)
    expect(calls).toHaveLength(6)
    expect(state.wakes).toBe(0)

    say({ tree: { a: 2 } })
    await opened.clock.advance(10_000)
    expect(state.wakes).toBe(1)
    const asked = calls.length
    expect(await opened.read()).toMatchObject({ layer: { tree: { a: 2 } } })
    // What woke is what is read: the home is not asked a second time.
    expect(calls).toHaveLength(asked)
    // And only once: whoever reads again asks again.
    say({ tree: { a: 3 } })
    expect(await opened.read()).toMatchObject({ layer: { tree: { a: 3 } } })

    await opened.clock.advance(50_000)
    expect(state.wakes).toBe(1)
    await end()
    expect(opened.clock.pending).toBe(0)
  })

  it('wakes when the content becomes absent and when it is there again', async () => {
    const { fetch, say } = home({ tree: { a: 1 } })
    const opened = open(fetch, { interval: '10s' })
    await opened.read()
    const { state, end } = watching(opened)
    say('absent')
    await opened.clock.advance(10_000)
    expect(state.wakes).toBe(1)
    expect(await opened.read()).toMatchObject({ kind: 'absent' })
    say({ tree: { a: 1 } })
    await opened.clock.advance(10_000)
    expect(state.wakes).toBe(2)
    await end()
  })

  it('gives a reading the newest content when several polls found something', async () => {
    const { fetch, say } = home({ tree: { a: 1 } })
    const opened = open(fetch, { interval: '10s' })
    await opened.read()
    const { state, end } = watching(opened)
    say({ tree: { a: 2 } }, { tree: { a: 3 } })
    await opened.clock.advance(20_000)
    expect(state.wakes).toBe(2)
    expect(await opened.read()).toMatchObject({ layer: { tree: { a: 3 } } })
    say({ tree: { a: 4 } }, { tree: { a: 3 } })
    await opened.clock.advance(20_000)
    // Changed and changed back before anybody looked.
    expect(await opened.read()).toMatchObject({ layer: { tree: { a: 3 } } })
    await end()
  })

  it('rejects when a poll fails, asks at once when it is started again, and wakes when the failure is over', async () => {
    const { fetch, calls, say } = home({ tree: { a: 1 } })
    const opened = open(fetch, { interval: '10s' })
    const first = layerIn(await opened.read())
    say(failing)
    const failed = watching(opened)
    await opened.clock.advance(10_000)
    expect(isTrimtabError(failed.state.rejected, 'source_unreadable')).toBe(true)
    expect(String(failed.state.rejected)).not.toContain(planted)
    expect(failed.state.wakes).toBe(0)
    expect(layerIn(await opened.read())).toMatchObject({ layer: first.layer, warnings: [{ code: 'unreadable' }] })

    const asked = calls.length
    say({ tree: { a: 1 } })
    const again = watching(opened)
    await opened.clock.advance(0)
    expect(calls).toHaveLength(asked + 1)
    expect(again.state.wakes).toBe(1)
    expect(layerIn(await opened.read())).toEqual({ kind: 'layer', layer: first.layer, warnings: [] })
    await again.end()
    await failed.end()
    expect(opened.clock.pending).toBe(0)
  })

  it('asks at intervals that differ by up to a fifth, and at 30 s without an option', async () => {
    for (const [random, delay] of [
      [0, 24_000],
      [0.5, 30_000],
      [1 - Number.EPSILON, 36_000],
    ] as const) {
      const { fetch, calls } = home({ tree: {} })
      const opened = open(fetch, {}, () => random)
      await opened.read()
      const { end } = watching(opened)
      await opened.clock.advance(delay - 1)
      expect(calls).toHaveLength(1)
      await opened.clock.advance(1)
      expect(calls).toHaveLength(2)
      await end()
    }
  })
})

describe('pollingSource', () => {
  it('describes itself without asking anything', () => {
    const { fetch, calls } = home('absent')
    expect(pollingSource({ name: 'consul', fetch })).toMatchObject({
      name: 'polling:consul',
      optional: false,
      strict: false,
      references: 'allow_listed',
      follows: 'poll',
    })
    expect(pollingSource({ name: 'x', fetch, optional: true, strict: true, references: 'local' })).toMatchObject({
      optional: true,
      strict: true,
      references: 'local',
    })
    expect(calls).toHaveLength(0)
  })

  it.each<[string, Partial<PollingSourceOptions>]>([
    ['no name', { name: '' }],
    ['a name with a line break', { name: 'a\nb' }],
    ['no interval', { interval: 0 }],
    ['an interval below nothing', { interval: -1 }],
    ['an interval that is no duration', { interval: 'often' }],
    ['an interval that no timer can wait for', { interval: '30d' }],
    ['no time at all', { timeout: 0 }],
    ['an endless timeout', { timeout: Number.POSITIVE_INFINITY }],
  ])('throws for %s', (_, options) => {
    const create = () => pollingSource({ name: 'x', fetch: home('absent').fetch, ...options })
    expect(create).toThrow(expect.toSatisfy((error) => isTrimtabError(error, 'option_invalid')))
  })
})
