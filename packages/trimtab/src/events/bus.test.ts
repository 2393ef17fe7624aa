import { describe, expect, it } from 'vitest'
import { deferred } from '../primitives/concurrency/deferred.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { createEventBus, type EventBus } from './bus.ts'
import type { TrimtabEvent } from './event-types.ts'
import type { EventSink, SinkWriter } from './sink.ts'
import { functionSink } from './sinks/function-sink.ts'

function open(sinks: readonly EventSink[], queue = 1_024) {
  const clock = createManualClock()
  const lines: string[] = []
  const warn = (line: string) => void lines.push(line)
  const bus = createEventBus({
    sinks,
    source: '/trimtab/web-1',
    run: 'run',
    queue,
    clock,
    random: () => 0.5,
    logger: { debug() {}, info() {}, warn, error: warn },
    generation: () => 7,
    scrub: (text) => text.replaceAll('hunter2', '[secret]'),
    onListenerError: (error) => lines.push(String(error)),
  })
  return { clock, bus, lines }
}

function tell(bus: EventBus, name: string): void {
  bus.publish({ type: 'dev.trimtab.module.emitted', subject: 'app', data: { module: 'app', name } })
}

const nameOf = (event: TrimtabEvent) =>
  event.type === 'dev.trimtab.module.emitted' ? event.data.name : event.type.replace('dev.trimtab.', '')

/** A sink of everything it was given. */
function note(name: string, heard: string[], act: (event: TrimtabEvent, signal: AbortSignal) => unknown = () => {}) {
  return functionSink(
    (event, signal) => {
      heard.push(nameOf(event))
      return act(event, signal)
    },
    { name },
  )
}

const hang = () => new Promise(() => {})

describe('an event', () => {
  it('is a frozen CloudEvent with an envelope', () => {
    const { bus, clock } = open([])
    const heard: TrimtabEvent[] = []
    bus.on((event) => heard.push(event))
    bus.publish({ type: 'dev.trimtab.reload.started', reloadid: 'r1', data: { triggers: ['file'] } })
    tell(bus, 'x')
    expect(heard[0]).toEqual({
      specversion: '1.0',
      id: 'run-1',
      source: '/trimtab/web-1',
      type: 'dev.trimtab.reload.started',
      time: new Date(clock.now()).toISOString(),
      datacontenttype: 'application/json',
      sequence: '000000000001',
      reloadid: 'r1',
      generation: 7,
      data: { triggers: ['file'] },
    })
    expect(heard[1]).toMatchObject({ id: 'run-2', sequence: '000000000002', subject: 'app' })
    expect(Object.isFrozen(heard[0])).toBe(true)
  })

  it('that a listener brings about is told after the one it came from, to everybody', async () => {
    const heard: Record<'before' | 'after' | 'sink', string[]> = { before: [], after: [], sink: [] }
    const { bus, clock } = open([note('a', heard.sink)])
    bus.on((event) => heard.before.push(nameOf(event)))
    bus.on((event) => {
      if (nameOf(event) === '1') tell(bus, 'from 1')
      throw new Error('no')
    })
    bus.on((event) => heard.after.push(nameOf(event)))
    tell(bus, '1')
    tell(bus, '2')
    await clock.advance(0)
    const all = ['1', 'from 1', '2']
    expect(heard).toEqual({ before: all, after: all, sink: all })
  })
})

describe('a sink', () => {
  it('that is slow, throws or hangs blocks nobody, re-orders nobody, and is told about once', async () => {
    const names = Array.from({ length: 20 }, (_, index) => String(index))
    const heard: Record<string, string[]> = { plain: [], slow: [], throwing: [], rejecting: [], hanging: [] }
    const { bus, clock, lines } = open([
      note('hanging', heard['hanging'] ?? [], hang),
      note('throwing', heard['throwing'] ?? [], () => {
        throw new Error('the password is hunter2')
      }),
      note('rejecting', heard['rejecting'] ?? [], () => Promise.reject(null)),
      note('slow', heard['slow'] ?? [], () => new Promise<void>((resolve) => clock.schedule(1_000, resolve))),
      note('plain', heard['plain'] ?? []),
    ])
    for (const name of names) tell(bus, name)
    await clock.advance(0)
    expect(heard['plain']?.slice(0, 20)).toEqual(names)
    expect(heard['hanging']).toEqual(['0'])
    expect(heard['slow']).toEqual(['0'])
    await clock.advance(40 * 30_000)

    const mine = (list: readonly string[] = []) => list.filter((name) => !name.startsWith('sink.'))
    for (const list of Object.values(heard)) expect(mine(list)).toEqual(names)
    const status = Object.fromEntries(bus.sinks.map(({ name, ...rest }) => [name, rest]))
    expect(status['plain']).toMatchObject({ lost: 0, waiting: 0, state: { kind: 'sound' } })
    expect(status['slow']).toMatchObject({ lost: 0, waiting: 0, state: { kind: 'sound' } })
    expect(status['throwing']).toMatchObject({
      delivered: 0,
      state: { kind: 'failing', why: 'the password is [secret]' },
    })
    for (const name of ['throwing', 'rejecting', 'hanging']) {
      expect(status[name]?.lost).toBe(heard[name]?.length)
      expect(lines.filter((line) => line.startsWith(`The sink ${name} loses events`))).toHaveLength(1)
    }
    // Three sinks fail, and each is told once: those events themselves tell of nothing.
    expect(heard['plain']?.filter((name) => name === 'sink.failing')).toHaveLength(3)
    expect(lines.join()).not.toContain('hunter2')
  })

  it('that hangs while 10,000 events come keeps as many as its queue holds, and all others are counted', async () => {
    const heard: string[] = []
    const other: string[] = []
    const { bus, clock } = open([note('hanging', heard, hang), note('other', other)])
    tell(bus, 'first')
    await clock.advance(0)
    for (let count = 0; count < 10_000; count += 1) {
      tell(bus, String(count))
      if (count % 500 === 0) await clock.advance(0)
    }
    await clock.advance(0)
    const [hanging, sound] = bus.sinks
    // One is under way; `sink.failing` came beside those that were told.
    expect(hanging).toMatchObject({ waiting: 1_024, delivered: 0, lost: 10_001 - 1_024, state: { kind: 'failing' } })
    expect(sound).toMatchObject({ waiting: 0, delivered: 10_002, lost: 0 })
    expect(heard).toEqual(['first'])

    // What is newest is what it gets when it is given another chance.
    await clock.advance(30_000)
    expect(heard).toEqual(['first', String(10_000 - 1_024)])
  })

  it('that takes events again says how many it has lost, when it has lost none for 10 s', async () => {
    const heard: string[] = []
    let broken = true
    const { bus, clock, lines } = open([
      note('a', heard, () => {
        if (broken) throw new Error('no')
      }),
    ])
    tell(bus, '1')
    tell(bus, '2')
    await clock.advance(0)
    broken = false
    tell(bus, '3')
    await clock.advance(0)
    expect(bus.sinks[0]).toMatchObject({ state: { kind: 'failing' } })
    await clock.advance(10_000)
    tell(bus, '4')
    await clock.advance(0)
    // The event that it fails is lost as well, because it fails.
    expect(bus.sinks).toEqual([{ name: 'a', waiting: 0, delivered: 3, lost: 3, state: { kind: 'sound' } }])
    expect(heard).toEqual(['1', '2', 'sink.failing', '3', '4', 'sink.recovered'])
    expect(lines).toEqual(['The sink a loses events: no', 'The sink a takes events again; it has lost 3'])
  })

  it('that fails for every other event and another one like it do not keep each other busy', async () => {
    const heard: string[] = []
    let count = 0
    const flaky = (name: string) =>
      note(name, heard, () => {
        count += 1
        if (count % 2 === 0) throw new Error('no')
      })
    const { bus, clock } = open([flaky('a'), flaky('b')])
    tell(bus, '1')
    for (let round = 0; round < 50; round += 1) await clock.advance(10_000)
    expect(heard.length).toBeLessThan(10)
  })

  it('is given its events when the bus is closed, as long as there is time, and is closed itself', async () => {
    const heard: string[] = []
    const closed: string[] = []
    const release = deferred<undefined>()
    const sink = (name: string, deliver: SinkWriter['deliver']): EventSink => ({
      name,
      open: () => ({ deliver, close: () => closed.push(name) }),
    })
    const { bus, clock } = open([
      sink('late', async (event) => {
        await release.promise
        heard.push(nameOf(event))
      }),
      sink('hanging', hang),
    ])
    tell(bus, '1')
    tell(bus, '2')
    const closing = bus.close(5_000)
    release.resolve(undefined)
    await clock.advance(4_999)
    expect([heard, closed]).toEqual([['1', '2'], ['late']])
    await clock.advance(1)
    await closing
    expect(closed).toEqual(['late', 'hanging'])
    expect(bus.sinks[1]).toMatchObject({ lost: 2, waiting: 0 })
    await bus.close(5_000)
    tell(bus, '3')
    await clock.advance(0)
    expect(bus.sinks).toMatchObject([{ lost: 1 }, { lost: 3 }])
    expect(clock.pending).toBe(0)
  })

  it('is not waited for any longer than whoever closes it has time', async () => {
    const { bus, clock } = open([functionSink(hang)])
    tell(bus, '1')
    await clock.advance(0)
    const over = new AbortController()
    const closing = bus.close(5_000, over.signal)
    over.abort()
    await closing
    expect(bus.sinks[0]).toMatchObject({ lost: 1 })
    expect(clock.pending).toBe(0)
  })
})
