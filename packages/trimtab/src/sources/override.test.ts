import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { shapeFor } from '../../../../test/support/shape-for.ts'
import { isTrimtabError } from '../errors/trimtab-error.ts'
import { printOrigin } from '../model/origin.ts'
import { parsePath } from '../model/path.ts'
import { systemClock } from '../primitives/time/clock.ts'
import type { Json, JsonObject } from '../primitives/json.ts'
import { sourceContract } from '../testing/contracts/source-contract.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { createOverrides, type OverrideEvent, type OverrideTerms } from './override.ts'

const planted = 'hunter2-planted'
const shape = shapeFor(z.object({ pool: z.object({ max: z.number() }) }))
const terms: OverrideTerms = { for: '15m', reason: 'INC-1: database is slow' }

function setup() {
  const clock = createManualClock()
  const overrides = createOverrides({ clock })
  const reader = overrides.source.open({ clock, random: () => 0.5, shape })
  const events: OverrideEvent[] = []
  overrides.on((event) => void events.push(event))
  const read = async () => {
    const reading = await reader.read(new AbortController().signal)
    if (reading.kind !== 'layer') throw new Error(`expected a layer, received ${reading.kind}`)
    expect(reading.warnings).toEqual([])
    return reading.layer
  }
  return { clock, overrides, reader, events, read, tree: async () => (await read()).tree }
}

describe('overrides as a source', () => {
  const cases = sourceContract({
    make(tree) {
      const overrides = createOverrides({ clock: systemClock })
      const replace = (next: JsonObject) => {
        for (const each of overrides.list()) each.withdraw()
        if (Object.keys(next).length > 0) overrides.apply(next, { for: '1h', reason: 'x' })
      }
      replace(tree)
      return { source: overrides.source, replace, dispose: overrides.close }
    },
    put: ({ replace }, tree) => replace(tree),
  })
  it.each(cases)('$name', ({ run }) => run())
})

describe('overrides', () => {
  it('are an empty layer at first, and not an absent one', async () => {
    const { tree, overrides } = setup()
    expect(await tree()).toEqual({})
    expect(overrides.list()).toEqual([])
  })

  it('set values of every kind, null and empty ones too', async () => {
    const { overrides, tree } = setup()
    overrides.apply(
      { 'pool.max': 0, 'pool.url': '', flag: false, nothing: null, list: [1], 'routes["/v1/*"]': {} },
      terms,
    )
    expect(await tree()).toEqual({
      pool: { max: 0, url: '' },
      flag: false,
      nothing: null,
      list: [1],
      routes: { '/v1/*': {} },
    })
  })

  it('say who set a value and why', async () => {
    const { overrides, read } = setup()
    overrides.apply({ 'pool.max': 1, 'pool.min': 1 }, { for: 1_000, reason: 'first' })
    overrides.apply({ 'pool.max': 2 }, { for: 1_000, reason: 'second' })
    const layer = await read()
    const origin = (path: string) => {
      const location = layer.locate(parsePath(path))
      return location && printOrigin({ source: layer.source, location })
    }
    expect(layer.source).toBe('override:plane')
    expect(origin('pool.max')).toBe('override (second)')
    expect(origin('pool.min')).toBe('override (first)')
    expect(origin('other')).toBeUndefined()
  })

  it('win place by place, the last one first, and come back when it ends', async () => {
    const { overrides, tree } = setup()
    const first = overrides.apply({ 'pool.max': 1, 'pool.min': 1 }, terms)
    const second = overrides.apply({ pool: { max: 2 } }, terms)
    expect(await tree()).toEqual({ pool: { max: 2, min: 1 } })
    second.withdraw()
    expect(await tree()).toEqual({ pool: { max: 1, min: 1 } })
    first.withdraw()
    expect(await tree()).toEqual({})
  })

  it('take the deeper of an object and a field in it', async () => {
    const { overrides, tree } = setup()
    overrides.apply({ 'pool.max': 2, pool: { max: 1, min: 1 } }, terms)
    expect(await tree()).toEqual({ pool: { max: 2, min: 1 } })
  })

  it('end at their time on the monotonic clock, whatever the wall clock does', async () => {
    const { overrides, clock, tree, events } = setup()
    overrides.apply({ a: 1 }, { for: '10s', reason: 'x' })
    overrides.apply({ b: 1 }, { for: 20_000, reason: 'y' })
    clock.jumpWall(3_600_000)
    await clock.advance(9_999)
    expect(await tree()).toEqual({ a: 1, b: 1 })
    clock.jumpWall(-7_200_000)
    await clock.advance(1)
    expect(await tree()).toEqual({ b: 1 })
    await clock.advance(10_000)
    expect(await tree()).toEqual({})
    expect(events.map(({ kind, override }) => `${kind} ${override.reason}`)).toEqual([
      'applied x',
      'applied y',
      'expired x',
      'expired y',
    ])
    expect(clock.pending).toBe(0)
  })

  it('are over when they are read after their time, even if no timer has come', async () => {
    const { overrides, read, reader, clock } = setup()
    // A machine that slept: time has passed, and its timers are late.
    let asleep = 0
    const late = createOverrides({ clock: { ...clock, monotonic: () => clock.monotonic() + asleep } })
    late.apply({ a: 1 }, { for: '10s', reason: 'x' })
    asleep = 10_000
    const opened = late.source.open({ clock, random: () => 0.5, shape })
    const reading = await opened.read(new AbortController().signal)
    expect(reading.kind === 'layer' && reading.layer.tree).toEqual({})
    expect(late.list()).toEqual([])
    expect(clock.pending).toBe(0)
    overrides.close()
    await reader.close()
    expect((await read()).tree).toEqual({})
  })

  it('wake whoever watches, until that ends', async () => {
    const { overrides, reader, clock } = setup()
    const controller = new AbortController()
    let wakes = 0
    await reader.read(controller.signal)
    const watching = reader.watch?.(() => void (wakes += 1), controller.signal)
    const first = overrides.apply({ a: 1 }, { for: '10s', reason: 'x' })
    expect(wakes).toBe(1)
    first.withdraw()
    first.withdraw()
    expect(wakes).toBe(2)
    overrides.apply({ a: 1 }, { for: '10s', reason: 'x' })
    await clock.advance(10_000)
    expect(wakes).toBe(4)
    controller.abort()
    await watching
    overrides.apply({ a: 1 }, { for: '10s', reason: 'x' })
    expect(wakes).toBe(4)
    overrides.close()
  })

  it('are told of without their values, after they are in force', async () => {
    const { overrides, events, read } = setup()
    const seen: unknown[] = []
    overrides.on(async () => seen.push((await read()).tree))
    overrides.apply({ 'pool.url': planted, 'pool.max': 1 }, terms).withdraw()
    expect(events).toEqual([
      {
        kind: 'applied',
        override: {
          id: 'override-1',
          paths: ['pool.max', 'pool.url'],
          reason: terms.reason,
          appliedAt: Date.UTC(2026, 0, 1),
          expiresAt: Date.UTC(2026, 0, 1) + 900_000,
        },
      },
      { kind: 'withdrawn', override: expect.objectContaining({ id: 'override-1' }) },
    ])
    expect(JSON.stringify(events)).not.toContain(planted)
    expect(JSON.stringify(overrides.list())).not.toContain(planted)
  })

  it('keep what they were given from changing afterwards', async () => {
    const { overrides, tree } = setup()
    const list = [1]
    overrides.apply({ list }, terms)
    list.push(2)
    expect(await tree()).toEqual({ list: [1] })
    expect(Object.isFrozen(list)).toBe(false)
    expect(Object.isFrozen((await tree())['list'])).toBe(true)
  })

  it('give the very same tree while nothing has changed', async () => {
    const { overrides, read } = setup()
    overrides.apply({ pool: { max: 1 } }, terms)
    const first = await read()
    expect(await read()).toBe(first)
    const second = overrides.apply({ other: 1 }, terms)
    expect((await read()).tree['pool']).toBe(first.tree['pool'])
    second.withdraw()
    expect((await read()).digest).toBe(first.digest)
  })

  it('are listed, the first first, and withdrawn from there', async () => {
    const { overrides, tree } = setup()
    overrides.apply({ a: 1 }, { for: '1h', reason: 'x' })
    overrides.apply({ b: 1 }, { for: '1h', reason: 'y' })
    expect(overrides.list().map(({ id, reason }) => [id, reason])).toEqual([
      ['override-1', 'x'],
      ['override-2', 'y'],
    ])
    overrides.list()[0]?.withdraw()
    expect(await tree()).toEqual({ b: 1 })
  })

  it('end without a word when they are closed, and no more can be applied', async () => {
    const { overrides, clock, events, tree } = setup()
    const override = overrides.apply({ a: 1 }, terms)
    overrides.close()
    overrides.close()
    override.withdraw()
    expect(clock.pending).toBe(0)
    expect(events.map(({ kind }) => kind)).toEqual(['applied'])
    expect(await tree()).toEqual({})
    expect(() => overrides.apply({ a: 1 }, terms)).toThrow(
      expect.toSatisfy((error) => isTrimtabError(error, 'plane_closed')),
    )
  })

  it.each<[string, unknown, unknown]>([
    ['no reason', { a: 1 }, { for: '1s' }],
    ['an empty reason', { a: 1 }, { for: '1s', reason: '' }],
    ['a blank reason', { a: 1 }, { for: '1s', reason: ' \n\t' }],
    ['an endless reason', { a: 1 }, { for: '1s', reason: 'x'.repeat(4_001) }],
    ['no time', { a: 1 }, { reason: 'x' }],
    ['nothing of time', { a: 1 }, { for: 0, reason: 'x' }],
    ['time below nothing', { a: 1 }, { for: -1, reason: 'x' }],
    ['more than seven days', { a: 1 }, { for: 7 * 24 * 60 * 60 * 1_000 + 1, reason: 'x' }],
    ['endless time', { a: 1 }, { for: Number.POSITIVE_INFINITY, reason: 'x' }],
    ['time that is none', { a: 1 }, { for: 'a while', reason: 'x' }],
    ['no edits', undefined, terms],
    ['a list of edits', [planted], terms],
    ['nothing to set', {}, terms],
    ['a path that cannot be read', { 'a..b': planted }, terms],
    ['the root', { '': planted }, terms],
    ['an element of a list', { 'list[0]': planted }, terms],
    ['a prototype key', { 'a.__proto__': planted }, terms],
    ['a prototype key in a value', { a: JSON.parse(`{"constructor":"${planted}"}`) }, terms],
    ['a value that is no JSON', { a: { b: new Map([[planted, planted]]) } }, terms],
    ['no value', { a: undefined }, terms],
    ['one place twice', { 'a.b': planted, '["a"].b': planted }, terms],
    ['a field in what is no object', { a: planted, 'a.b': 1 }, terms],
  ])('refuse %s, change nothing and show no value', async (_, edits, given) => {
    const { overrides, tree, events, clock } = setup()
    // Whatever a program without types may give.
    const apply = () => overrides.apply(edits as Record<string, Json>, given as OverrideTerms)
    expect(apply).toThrow(expect.toSatisfy((error) => isTrimtabError(error, 'option_invalid')))
    expect(apply).toThrow(expect.toSatisfy((error) => !String(error).includes(planted)))
    expect(await tree()).toEqual({})
    expect(events).toEqual([])
    expect(clock.pending).toBe(0)
  })

  it('take exactly seven days', () => {
    const { overrides } = setup()
    expect(overrides.apply({ a: 1 }, { for: '7d', reason: 'x' }).expiresAt).toBe(Date.UTC(2026, 0, 8))
    overrides.close()
  })

  it('are no local source: what they hold may have come from anybody', () => {
    const { overrides } = setup()
    expect(overrides.source).toMatchObject({
      name: 'override:plane',
      optional: false,
      strict: true,
      references: 'allow_listed',
      follows: 'push',
    })
  })
})
