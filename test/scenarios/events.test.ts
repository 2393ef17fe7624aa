import type { Source, TrimtabEvent } from 'trimtab'
import { scriptedSource } from 'trimtab/testing'
import { describe, expect, it } from 'vitest'
import { type OutcomeCase, outcomeEvents } from '../../scripts/outcome-events.ts'
import { boot, find, isNotOfHealth, typesOf } from '../support/event-lab.ts'
import { settle } from '../support/settle.ts'

/** What the reference says, as a pattern over the types of what was told. */
function patternOf({ told }: OutcomeCase): RegExp {
  const parts = told.map((each) => {
    const [, name = '', times = ''] = /^(.*?)([?*]?)$/.exec(each) ?? []
    return `(?:${name.replaceAll('.', '\\.')};)${times}`
  })
  return new RegExp(`^${parts.join('')}$`)
}

function expectTold(status: keyof typeof outcomeEvents, which: number, told: readonly TrimtabEvent[]): void {
  const found = outcomeEvents[status][which]
  if (found === undefined) expect.fail('there is no such case')
  else
    expect(
      typesOf(told)
        .map((type) => `${type};`)
        .join(''),
    ).toMatch(patternOf(found))
}

describe('a sink', () => {
  it('given at build time hears of the boot, with instance, reload and generation', async () => {
    const { booted } = await boot()
    expect(typesOf(booted)).toEqual([
      'reload.started',
      'module.applied',
      'module.applied',
      'reload.committed',
      'reload.completed',
    ])
    expect(new Set(booted.map(({ source }) => source))).toEqual(new Set(['/trimtab/web-1']))
    expect(new Set(booted.map(({ reloadid }) => reloadid))).toEqual(new Set(['r1']))
    expect(booted.map(({ generation }) => generation)).toEqual([0, 1, 1, 1, 1])
    expect(booted.at(-1)?.data).toMatchObject({ status: 'full_success', triggers: ['boot'], duration: 0 })
  })

  it('hears of a boot that fails, and is closed', async () => {
    const heard: TrimtabEvent[] = []
    let closed = 0
    const sink = {
      name: 'a',
      open: () => ({ deliver: (event: TrimtabEvent) => heard.push(event), close: () => (closed += 1) }),
    }
    const failed = boot({ sources: [scriptedSource({ tree: { a: { value: 'x' } } })], events: { sinks: [sink] } })
    await expect(failed).rejects.toThrow('a.value')
    const told = heard.filter(isNotOfHealth)
    expect(typesOf(told)).toEqual(['reload.completed'])
    expect(told[0]).toMatchObject({ generation: 0, data: { status: 'validation_failed', problemCount: 1 } })
    expect(closed).toBe(1)
  })
})

describe('what is told of a reload that ends as', () => {
  it('unchanged is its end alone', async () => {
    const { change } = await boot()
    const { outcome, told } = await change({})
    expect(outcome.status).toBe('unchanged')
    expectTold('unchanged', 0, told)
  })

  it('full_success is each step, the commit with its changes, and the end', async () => {
    const { change, clock, heard } = await boot()
    const { outcome, told } = await change({ a: { value: 1 }, b: { value: 2 } })
    expect(outcome.status).toBe('full_success')
    expectTold('full_success', 0, told)
    expect(find(told, 'dev.trimtab.module.applied').all).toMatchObject([
      { subject: 'a', reloadid: outcome.id, generation: 2, data: { action: 'reloaded', duration: 0 } },
      { subject: 'b', reloadid: outcome.id, generation: 2, data: { action: 'replaced' } },
    ])
    expect(find(told, 'dev.trimtab.reload.committed').first?.data).toMatchObject({
      previousGeneration: 1,
      undone: false,
      changeCount: 2,
      changes: [
        { kind: 'modified', path: 'a.value', line: 'a.value: 0 → 1' },
        { kind: 'modified', path: 'b.value', line: 'b.value: 0 → 2' },
      ],
    })
    expect(find(told, 'dev.trimtab.reload.completed').first?.data).toMatchObject({
      status: 'full_success',
      generation: 2,
      triggers: expect.arrayContaining(['manual']),
      moduleCount: 2,
    })
    await clock.advance(60_000)
    expect(find(heard, 'dev.trimtab.module.retired').all).toMatchObject([{ subject: 'b', data: { cutOff: [] } }])
  })

  it('full_success after a bake has the verdict in it, and what was superseded', async () => {
    const { change, clock, source, plane, decide, heard } = await boot({ judged: true })
    decide('stable')
    await clock.advance(0)
    const { outcome, told } = await change({ a: { value: 1 } }, 'stable')
    expect(outcome.status).toBe('full_success')
    expectTold('full_success', 1, told)
    expect(find(told, 'dev.trimtab.bake.started').first).toMatchObject({
      reloadid: outcome.id,
      data: { stableGeneration: 1 },
    })

    source.set({ a: { value: 2 } })
    const first = plane.reload()
    await clock.advance(500)
    const second = await change({ a: { value: 3 } }, 'stable')
    expect((await first).supersededBy).toBe(second.outcome.id)
    expect(find(heard, 'dev.trimtab.bake.superseded').all).toMatchObject([
      { reloadid: (await first).id, data: { supersededBy: second.outcome.id, duration: 500 } },
    ])
    const ends = find(second.told, 'dev.trimtab.reload.completed').all
    expect(ends.map(({ data }) => [data.generation, data.supersededBy])).toEqual([
      [3, second.outcome.id],
      [4, undefined],
    ])
  })

  it('partial_applied is what each module did', async () => {
    const { change, recording } = await boot({ reload: { apply: 'bestEffort' } })
    recording.script('a', 'reload', [{ kind: 'throw', error: new Error('no') }, { kind: 'ok' }])
    const { outcome, told } = await change({ a: { value: 1 }, b: { value: 1 }, port: 2 })
    expect(outcome.status).toBe('partial_applied')
    expectTold('partial_applied', 0, told)
    expect(find(told, 'dev.trimtab.reload.completed').first?.data).toMatchObject({ outstanding: ['a'] })
    recording.script('a', 'reload', { kind: 'ok' })
  })

  it('validation_failed is every problem with its place, or who refused', async () => {
    const { change, recording } = await boot()
    const invalid = await change({ a: { value: 'x' }, unknown: 1 })
    expect(invalid.outcome.status).toBe('validation_failed')
    expectTold('validation_failed', 0, invalid.told)
    expect(find(invalid.told, 'dev.trimtab.reload.completed').first?.data).toMatchObject({
      problemCount: 2,
      problems: expect.arrayContaining([
        expect.objectContaining({ code: 'wrong_type', severity: 'error', path: 'a.value', source: expect.any(String) }),
      ]),
    })
    recording.script('a', 'check', { kind: 'throw', error: new Error('no') })
    const refused = await change({ a: { value: 1 } })
    expectTold('validation_failed', 1, refused.told)
    expect(find(refused.told, 'dev.trimtab.module.failed').all).toMatchObject([
      { subject: 'a', data: { step: 'check', error: expect.stringContaining('no') } },
    ])
  })

  it('load_failed is its end alone, and says so once more when it is repeated', async () => {
    const { change, source, plane, clock, heard } = await boot()
    await change({ a: { value: 1 } })
    source.fail({ code: 'unreadable', severity: 'error', message: 'the disk is gone' })
    const outcome = await settle(clock, plane.reload())
    expect(outcome.status).toBe('load_failed')
    await clock.advance(0)
    const ends = find(heard, 'dev.trimtab.reload.completed').all.filter(({ data }) => data.status === 'load_failed')
    expectTold('load_failed', 0, ends.slice(0, 1))
    expect(ends[0]?.data.repeated).toBe(false)
    await settle(clock, plane.reload())
    await clock.advance(0)
    expect(find(heard, 'dev.trimtab.reload.completed').last?.data).toMatchObject({
      status: 'load_failed',
      repeated: true,
    })
    source.set({})
    await clock.advance(0)
  })

  it('rolled_back is what failed, what was undone, and why; then the breaker', async () => {
    const { change, recording, clock, heard, plane } = await boot()
    recording.script('b', 'start', { kind: 'throw', error: new Error('no') })
    const { outcome, told } = await change({ a: { value: 1 }, b: { value: 1 } })
    expect(outcome.status).toBe('rolled_back')
    expectTold('rolled_back', 0, told)
    expect(find(told, 'dev.trimtab.module.undone').all).toMatchObject([{ subject: 'a', data: { action: 'reloaded' } }])
    expect(find(told, 'dev.trimtab.reload.completed').first?.data).toMatchObject({
      cause: { kind: 'step_failed', module: 'b', step: 'start', timedOut: false },
      generation: 1,
    })
    expect(find(told, 'dev.trimtab.breaker.failing').first?.data).toMatchObject({ failures: 1, retryIn: 1_000 })

    await clock.advance(60_000)
    expect(find(heard, 'dev.trimtab.breaker.opened').first?.data).toMatchObject({ failures: 3 })
    const held = await settle(clock, plane.reload())
    expect(held.status).toBe('circuit_open')
    await clock.advance(0)
    const end = find(heard, 'dev.trimtab.reload.completed').last
    expect(end?.data).toMatchObject({
      status: 'circuit_open',
      retryIn: expect.any(Number),
      failures: expect.any(Number),
    })
    expectTold('circuit_open', 0, end === undefined ? [] : [end])
    recording.script('b', 'start', { kind: 'ok' })
    await change({})
    expect(find(heard, 'dev.trimtab.breaker.closed').all).toHaveLength(1)
  })

  it('rolled_back by its caller is what was undone', async () => {
    const scripted = scriptedSource({ tree: {} })
    // Nobody but its caller wants the reload: the source wakes nobody.
    const quiet: Source = {
      ...scripted,
      open(host) {
        const reader = scripted.open(host)
        const watch = (_: () => void, signal: AbortSignal) =>
          new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
        return { read: (signal) => reader.read(signal), watch, close: () => reader.close() }
      },
    }
    const { recording, plane, clock, heard } = await boot({ sources: [quiet] })
    const from = heard.length
    recording.script('a', 'reload', [{ kind: 'hang' }, { kind: 'ok' }])
    scripted.set({ a: { value: 1 } })
    const controller = new AbortController()
    const reload = plane.reload({ signal: controller.signal }).catch(() => undefined)
    await clock.advance(0)
    controller.abort()
    await settle(clock, reload)
    await clock.advance(0)
    const told = heard.slice(from).filter(isNotOfHealth)
    expect(find(told, 'dev.trimtab.reload.completed').first?.data).toMatchObject({
      status: 'rolled_back',
      cause: { kind: 'cancelled' },
    })
    expectTold('rolled_back', 1, told)
  })

  it('rolled_back by health is the commit, the verdict, the commit back, and the content set aside', async () => {
    const { change, clock, decide } = await boot({ judged: true })
    decide('stable')
    await clock.advance(0)
    const { outcome, told } = await change({ a: { value: 1 } }, 'unhealthy')
    expect(outcome.status).toBe('rolled_back')
    expectTold('rolled_back', 2, told)
    expect(find(told, 'dev.trimtab.bake.undone').first?.data).toEqual({ reasons: ['it is worse'], duration: 0 })
    expect(find(told, 'dev.trimtab.reload.committed').last).toMatchObject({
      generation: 3,
      data: { undone: true, previousGeneration: 2, changes: [{ line: 'a.value: 1 → 0' }] },
    })
    expect(find(told, 'dev.trimtab.content.set_aside').first?.data.why).toContain('it is worse')
  })

  it('rolled_back by health takes back what waits for a restart, and a boot that is gone back to is judged on', async () => {
    const stable = await boot({ judged: true })
    stable.decide('stable')
    await stable.clock.advance(0)
    const pending = await stable.change({ a: { value: 1 }, port: 2 }, 'unhealthy')
    expectTold('rolled_back', 2, pending.told)
    expect(typesOf(pending.told).filter((type) => type.startsWith('restart.'))).toEqual([
      'restart.pending',
      'restart.cleared',
    ])

    const { change, clock, decide, heard, plane } = await boot({ judged: true })
    const { outcome, told } = await change({ a: { value: 1 } }, 'unhealthy')
    expect(outcome.status).toBe('rolled_back')
    expectTold('rolled_back', 2, told)
    expect(find(told, 'dev.trimtab.bake.started').all.map(({ reloadid }) => reloadid)).toEqual([outcome.id, 'r1'])
    const from = heard.length
    decide('stable')
    await clock.advance(0)
    expect(typesOf(heard.slice(from).filter(isNotOfHealth))).toEqual(['bake.stable', 'reload.completed'])
    expect(plane.state).toMatchObject({ baking: false, generation: 3 })
  })

  it('full_success though health said no is said so, where there is nothing better', async () => {
    const { clock, decide, heard, booted } = await boot({ judged: true })
    decide('unhealthy')
    await clock.advance(0)
    const told = heard.filter(isNotOfHealth)
    expect(told.length).toBeGreaterThan(booted.length)
    expectTold('full_success', 2, told)
    expect(find(told, 'dev.trimtab.bake.kept').first).toMatchObject({
      reloadid: 'r1',
      data: { reasons: ['it is worse'] },
    })
    expect(find(told, 'dev.trimtab.reload.completed').first?.data).toMatchObject({
      status: 'full_success',
      problems: [{ code: 'kept_unhealthy', severity: 'warning' }],
    })
  })

  it('stuck after a verdict names the modules as well', async () => {
    const { change, recording, clock, decide } = await boot({ judged: true })
    decide('stable')
    await clock.advance(0)
    recording.script('a', 'undo', { kind: 'throw', error: new Error('no way back') })
    recording.script('a', 'reload', [{ kind: 'ok' }, { kind: 'throw', error: new Error('no way back') }])
    const { outcome, told } = await change({ a: { value: 1 } }, 'unhealthy')
    expect(outcome.status).toBe('stuck')
    expectTold('stuck', 1, told)
    expect(find(told, 'dev.trimtab.module.stuck').first?.data.stuck).toMatchObject([{ module: 'a' }])
    recording.script('a', 'reload', { kind: 'ok' })
  })

  it('stuck names the modules, until they are cleared', async () => {
    const { change, recording, plane, clock, heard } = await boot()
    recording.script('a', 'undo', { kind: 'throw', error: new Error('no way back') })
    recording.script('a', 'reload', [{ kind: 'ok' }, { kind: 'throw', error: new Error('no way back') }])
    recording.script('b', 'start', { kind: 'throw', error: new Error('no') })
    const { outcome, told } = await change({ a: { value: 1 }, b: { value: 1 } })
    expect(outcome.status).toBe('stuck')
    expectTold('stuck', 0, told)
    expect(find(told, 'dev.trimtab.module.stuck').first?.data.stuck).toMatchObject([{ module: 'a' }])
    plane.clearStuck()
    await clock.advance(0)
    expect(typesOf(heard.filter(isNotOfHealth)).at(-1)).toBe('module.cleared')
    recording.script('b', 'start', { kind: 'ok' })
    recording.script('a', 'reload', { kind: 'ok' })
  })
})
