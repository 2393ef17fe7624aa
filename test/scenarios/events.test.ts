import { createPlane, defineConfig, dynamic, type PlaneOptions, secret, type TrimtabEvent } from 'trimtab'
import { functionSink } from 'trimtab/sinks'
import { createManualClock, createRecording, scriptedSource } from 'trimtab/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { type OutcomeCase, outcomeEvents } from '../../scripts/outcome-events.ts'
import { expectValid } from '../support/check-event.ts'
import { settle } from '../support/settle.ts'

const config = defineConfig(
  z.object({
    a: dynamic(z.object({ value: z.number().default(0), password: secret(z.string().default('nobody')) })),
    b: dynamic(z.object({ value: z.number().default(0) })),
    port: z.number().default(1),
  }),
)

type Verdict = 'stable' | 'unhealthy'

/** A plane of two modules whose every event is kept, from the boot on. */
async function boot({ judged = false, ...options }: Partial<PlaneOptions> & { readonly judged?: boolean } = {}) {
  const clock = createManualClock()
  const recording = createRecording()
  const a = recording.module({ name: 'a', config: config.section('a'), reloads: true })
  const b = recording.module({ name: 'b', config: config.section('b'), dependsOn: [a] })
  const source = scriptedSource({ tree: {} })
  const heard: TrimtabEvent[] = []
  let decide: (verdict: Verdict) => void = () => {}
  const judge = () =>
    new Promise<{ kind: 'stable' } | { kind: 'unhealthy'; reasons: string[] }>((resolve) => {
      decide = (verdict) =>
        resolve(verdict === 'stable' ? { kind: 'stable' } : { kind: verdict, reasons: ['it is worse'] })
    })
  const plane = await createPlane({
    sources: [source],
    modules: [a, b],
    instance: 'web-1',
    clock,
    random: () => 0.5,
    logger: false,
    events: { sinks: [functionSink((event) => heard.push(event), { name: 'test' })] },
    ...(judged ? { bake: { judge: { judge } } } : {}),
    ...options,
    config,
  })
  onTestFinished(async () => {
    await settle(clock, plane.close())
    for (const event of heard) expectValid(event)
    const sequence = heard.map((event) => Number(event.sequence))
    expect(sequence, 'in order, and none is missing').toEqual(sequence.map((_, index) => index + 1))
    expect(new Set(heard.map(({ id }) => id)).size).toBe(heard.length)
    expect(clock.pending).toBe(0)
  })
  await clock.advance(0)
  const booted = heard.filter(isNotOfHealth)
  const forget = () => void heard.splice(0)
  /** Reloads with this content, and gives what was told of it. */
  const change = async (tree: Parameters<typeof source.set>[0], verdict?: Verdict) => {
    const from = heard.length
    source.set(tree)
    const reload = plane.reload()
    await clock.advance(0)
    if (verdict !== undefined) decide(verdict)
    const outcome = await settle(clock, reload)
    await clock.advance(0)
    return { outcome, told: heard.slice(from).filter(isNotOfHealth) }
  }
  return {
    clock,
    recording,
    source,
    plane,
    heard,
    booted,
    forget,
    change,
    decide: (verdict: Verdict) => decide(verdict),
  }
}

/** What health says comes in its own time. */
const isNotOfHealth = ({ type }: TrimtabEvent) => !/^dev\.trimtab\.(check|health)\./.test(type)

const typesOf = (told: readonly TrimtabEvent[]) => told.map(({ type }) => type.replace('dev.trimtab.', ''))

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

function find<Type extends TrimtabEvent['type']>(told: readonly TrimtabEvent[], type: Type) {
  const found = told.filter((event): event is Extract<TrimtabEvent, { type: Type }> => event.type === type)
  return { all: found, first: found[0], last: found.at(-1) }
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
    const { outcome, told } = await change({ a: { value: 1 }, b: { value: 1 } })
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

  it('rolled_back by its caller says so', async () => {
    const { recording, source, plane, clock, heard } = await boot()
    const from = heard.length
    recording.script('a', 'reload', { kind: 'hang' })
    source.set({ a: { value: 1 } })
    await clock.advance(0)
    const controller = new AbortController()
    const reload = plane.reload({ signal: controller.signal }).catch(() => undefined)
    await clock.advance(0)
    controller.abort()
    await clock.advance(120_000)
    await reload
    expect(find(heard.slice(from), 'dev.trimtab.reload.completed').all.length).toBeGreaterThan(0)
    recording.script('a', 'reload', { kind: 'ok' })
    await clock.advance(120_000)
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

describe('beside reloads', () => {
  it('a boot that does not prove itself is told of', async () => {
    const { decide, clock, heard } = await boot({ judged: true })
    decide('unhealthy')
    await clock.advance(0)
    expect(find(heard, 'dev.trimtab.bake.kept').first).toMatchObject({
      reloadid: 'r1',
      data: { reasons: ['it is worse'] },
    })
  })

  it('changes that wait for a restart are told of, and that nothing waits any more', async () => {
    const { change, heard } = await boot()
    await change({ port: 2 })
    expect(find(heard, 'dev.trimtab.restart.pending').first?.data.pendingRestart).toEqual([
      { path: 'port', running: '1', configured: '2' },
    ])
    await change({})
    expect(find(heard, 'dev.trimtab.restart.cleared').all).toHaveLength(1)
  })

  it('overrides are told of, and not their values', async () => {
    const { plane, clock, heard } = await boot()
    const terms = { for: '1m', reason: 'INC-1' }
    const { override } = await settle(clock, plane.override({ 'a.value': 4711 }, terms))
    await settle(clock, plane.override({ 'b.value': 1 }, terms))
    override?.withdraw()
    await clock.advance(60_000)
    const told = heard.filter(({ type }) => type.startsWith('dev.trimtab.override.'))
    expect(told.map(({ type, subject }) => [type.replace('dev.trimtab.override.', ''), subject])).toEqual([
      ['applied', 'override-1'],
      ['applied', 'override-2'],
      ['withdrawn', 'override-1'],
      ['expired', 'override-2'],
    ])
    expect(told[0]?.data).toMatchObject({ paths: ['a.value'], reason: 'INC-1' })
    expect(JSON.stringify(told)).not.toContain('4711')
  })

  it('starting on a fallback is told of before anything else', async () => {
    const broken = scriptedSource({ name: 'broken', tree: {} })
    broken.fail({ code: 'unreadable', severity: 'error', message: 'the disk is gone' })
    const { booted } = await boot({ sources: [broken], fallback: scriptedSource({ name: 'spare', tree: {} }) })
    expect(booted[0]).toMatchObject({
      type: 'dev.trimtab.boot.recovered',
      data: { from: 'fallback', why: expect.stringContaining('the disk is gone') },
    })
    broken.set({})
  })

  it('violations and changes of the guard are told of, each with its count', async () => {
    const { plane, clock, heard } = await boot()
    const access = { tenant: 'acme', resource: 'orders/17', operation: 'read' }
    for (let count = 0; count < 5; count += 1) expect(() => plane.guard.assert(access)).toThrow()
    await clock.advance(1_000)
    const violated = find(heard, 'dev.trimtab.guard.violated').all
    expect(violated[0]?.data).toEqual({
      kind: 'missing_context',
      owner: 'acme',
      resource: 'orders/17',
      operation: 'read',
      refused: true,
      count: 1,
    })
    expect(violated.reduce((sum, { data }) => sum + data.count, 0)).toBe(5)
    plane.guard.setAllow(['shared/*'], { actor: 'dana', reason: 'INC-2' })
    plane.guard.setMode('lenient', { actor: 'dana', reason: 'INC-2' })
    await clock.advance(0)
    expect(find(heard, 'dev.trimtab.guard.allow_changed').first?.data).toEqual({
      allow: ['shared/*'],
      previous: [],
      actor: 'dana',
      reason: 'INC-2',
    })
    expect(find(heard, 'dev.trimtab.guard.mode_changed').first?.data).toMatchObject({
      mode: 'lenient',
      previous: 'strict',
    })
  })
})
