import { isTrimtabError, type Outcome, type Plane } from 'trimtab'
import { createManualClock, type ManualClock } from 'trimtab/testing'
import { afterEach, describe, expect, it, test } from 'vitest'
import { deadline, late, type Misbehaviour, misbehaviours, throwing } from '../support/misbehaviour.ts'
import { settle } from '../support/settle.ts'
import { followUnhandled } from '../support/unhandled.ts'
import { createLab, type LabConfig } from './hook-lab.ts'

const unhandled = followUnhandled()
let clock: ManualClock = createManualClock()

afterEach(async () => {
  // Late answers come now.
  await clock.advance(late)
  expect(clock.pending).toBe(0)
  expect(unhandled).toEqual([])
  clock = createManualClock()
})

type Lab = ReturnType<typeof createLab>

/** What a promise comes to, at the very millisecond of the deadline where the step is given up, and not before. */
async function endOf<T>({ ends }: Misbehaviour, promise: Promise<T>): Promise<T> {
  let over = false
  const note = () => {
    over = true
  }
  promise.then(note, note)
  if (ends === 'times out') {
    await clock.advance(deadline - 1)
    expect(over).toBe(false)
    await clock.advance(1)
  } else {
    await clock.advance(0)
  }
  expect(over).toBe(true)
  return promise
}

/** The engine goes on serving, and takes the next change. */
async function goesOn({ app, heal, resources, source }: Lab, plane: Plane<LabConfig>): Promise<void> {
  heal()
  source.set({ app: { value: 3 } })
  const outcome = await settle(clock, plane.reload())
  expect(outcome.status).toBe('full_success')
  expect(await plane.use(app, ({ value, stopped }) => ({ value, stopped }))).toEqual({ value: 3, stopped: false })
  expect(plane.state).toMatchObject({ stuck: [], breaker: { kind: 'closed' }, pendingRestart: [] })

  const report = await settle(clock, plane.close())
  expect(report.unfinished).toEqual([])
  await clock.advance(late)
  expect([resources[0]?.stopped, resources.at(-1)?.stopped]).toEqual([true, true])
}

async function bootError(misbehaviour: Misbehaviour, lab: Lab): Promise<string> {
  const error = await endOf(
    misbehaviour,
    lab.boot().then(
      () => undefined,
      (thrown: unknown) => thrown,
    ),
  )
  if (!isTrimtabError(error)) throw new Error('The boot did not fail as it should')
  return error.code
}

/** Boots well, then lets one hook misbehave while a change is made. */
async function reloadWith(
  lab: Lab,
  misbehaviour: Misbehaviour,
  tree: object = {},
): Promise<[Plane<LabConfig>, Outcome]> {
  const plane = await settle(clock, lab.boot())
  const { snapshot } = plane
  lab.source.set({ app: { value: 2 }, ...tree })
  const outcome = await endOf(misbehaviour, plane.reload())
  if (outcome.status !== 'full_success') {
    expect(plane.snapshot).toBe(snapshot)
    expect(plane.lastOutcome).toBe(outcome)
  }
  return [plane, outcome]
}

const failing = misbehaviours.filter(({ ends }) => ends !== 'succeeds')
const succeeding = misbehaviours.filter(({ ends }) => ends === 'succeeds')

describe.each(failing)('a hook that $name', (misbehaviour) => {
  const { ends } = misbehaviour

  it('refuses the boot in its check, and nothing has started', async () => {
    const lab = createLab({ clock, kind: 'replaced' })
    lab.script('check', misbehaviour)

    expect(await bootError(misbehaviour, lab)).toBe('config_invalid')

    await clock.advance(late)
    expect(lab.resources).toEqual([])
    if (misbehaviour.late === 'value') expect(lab.prepared).toMatchObject([{ disposed: true }])
  })

  it('ends the boot in its start: what had started stops, and so does what comes late', async () => {
    const lab = createLab({ clock, kind: 'replaced' })
    lab.script('start', misbehaviour)

    expect(await bootError(misbehaviour, lab)).toBe(ends === 'times out' ? 'step_timed_out' : 'module_failed')

    expect(lab.baseStopped).toBe(true)
    await clock.advance(late)
    if (misbehaviour.late === 'value') expect(lab.resources).toMatchObject([{ stopped: true }])
  })

  it('refuses a reload in its check, and what it prepares late is disposed', async () => {
    const lab = createLab({ clock, kind: 'reloads' })
    const plane = await settle(clock, lab.boot())
    lab.script('check', misbehaviour)
    lab.source.set({ app: { value: 2 } })

    const outcome = await endOf(misbehaviour, plane.reload())

    expect(outcome.status).toBe('validation_failed')
    const [problem] = outcome.problems
    expect(problem).toMatchObject({ module: 'app', code: ends === 'times out' ? 'step_timed_out' : 'module_refused' })
    expect(outcome.modules.find(({ module }) => module === 'app')).toMatchObject({
      ...{ status: 'failed', step: 'check', duration: ends === 'times out' ? deadline : 0 },
    })
    expect(lab.resources).toMatchObject([{ value: 1, stopped: false }])
    await clock.advance(late)
    if (misbehaviour.late === 'value') expect(lab.prepared.at(-1)).toMatchObject({ disposed: true })
    await goesOn(lab, plane)
  })

  it('leaves the old resource in service in the start of the new one, and a late one is stopped', async () => {
    const lab = createLab({ clock, kind: 'replaced' })
    const plane = await settle(clock, lab.boot())
    lab.script('start', misbehaviour)
    lab.source.set({ app: { value: 2 } })

    const outcome = await endOf(misbehaviour, plane.reload())

    expect(outcome).toMatchObject({
      ...{ status: 'rolled_back', generation: 1 },
      cause: { kind: 'step_failed', module: 'app', step: 'start', timedOut: ends === 'times out' },
    })
    expect(lab.resources[0]).toEqual({ value: 1, stopped: false })
    lab.heal()
    await clock.advance(late)
    if (misbehaviour.late === 'value') expect(lab.resources[1]).toMatchObject({ stopped: true })
    expect(await plane.use(lab.app, ({ stopped }) => stopped)).toBe(false)
    await goesOn(lab, plane)
  })

  it.each(['reloads', 'reloads with its own undo'] as const)('is taken back when it %s', async (kind) => {
    const lab = createLab({ clock, kind })
    const plane = await settle(clock, lab.boot())
    lab.script('reload', misbehaviour)
    lab.source.set({ app: { value: 2 } })

    const outcome = await endOf(misbehaviour, plane.reload())

    expect(outcome).toMatchObject({
      status: 'rolled_back',
      cause: { kind: 'step_failed', module: 'app', step: 'reload', timedOut: ends === 'times out' },
    })
    expect(lab.resources).toEqual([{ value: 1, stopped: false }])
    lab.heal()
    // A late result of it changes nothing: the undo that it brings is never called.
    await clock.advance(late)
    expect(lab.undone).toEqual([])
    await goesOn(lab, plane)
  })

  it.each([
    ['its undo function', 'undo', 'reloads with its own undo'],
    ['the reversed reload', 'reverse', 'reloads'],
  ] as const)('is stuck and named in %s, and the next reload replaces it', async (_, hook, kind) => {
    const lab = createLab({ clock, kind })
    lab.script(hook, misbehaviour)

    const [plane, outcome] = await reloadWith(lab, misbehaviour, { later: { broken: true } })

    if (outcome.status !== 'stuck') throw new Error(outcome.status)
    expect(outcome.stuck).toMatchObject([{ module: 'app' }])
    expect(outcome.cause).toMatchObject({ kind: 'step_failed', module: 'later' })
    expect(plane.state).toMatchObject({ stuck: [{ module: 'app' }] })
    await goesOn(lab, plane)
    expect(lab.resources).toHaveLength(2)
  })

  it('does not hold up a reload in the stop of the replaced one, which is told', async () => {
    const lab = createLab({ clock, kind: 'replaced' })
    const plane = await settle(clock, lab.boot())
    const retired: unknown[] = []
    plane.events.on((event) => event.type === 'dev.trimtab.module.retired' && retired.push(event.data))
    lab.script('stop', misbehaviour)
    lab.source.set({ app: { value: 2 } })

    const outcome = plane.reload()
    await clock.advance(0)
    expect((await outcome).status).toBe('full_success')
    expect(retired).toHaveLength(ends === 'times out' ? 0 : 1)
    await clock.advance(deadline)
    expect(retired).toMatchObject([{ module: 'app', cutOff: [], error: expect.any(String) }])
    await goesOn(lab, plane)
  })

  it('brings the old one back in the stop that makes way for its successor', async () => {
    const lab = createLab({ clock, kind: 'cascade' })
    const plane = await settle(clock, lab.boot())
    lab.script('stop', misbehaviour)
    lab.source.set({ app: { value: 2 } })

    const outcome = await endOf(misbehaviour, plane.reload())

    expect(outcome).toMatchObject({ status: 'rolled_back', cause: { module: 'app', step: 'stop' } })
    expect(await plane.use(lab.app, ({ value, stopped }) => ({ value, stopped }))).toEqual({ value: 1, stopped: false })
    await goesOn(lab, plane)
  })

  it('keeps nothing else from stopping in the stop at the end, and is named', async () => {
    const lab = createLab({ clock, kind: 'replaced' })
    const plane = await settle(clock, lab.boot())
    lab.script('stop', misbehaviour)

    const report = await endOf(misbehaviour, plane.close())

    expect(report.unfinished).toMatchObject([{ module: 'app' }])
    expect(lab.baseStopped).toBe(true)
  })
})

describe.each(throwing)('an `enabled` that $name', (misbehaviour) => {
  it('refuses the boot', async () => {
    const lab = createLab({ clock, kind: 'replaced' })
    lab.script('enabled', misbehaviour)
    expect(await bootError(misbehaviour, lab)).toBe('config_invalid')
    expect(lab.resources).toEqual([])
  })

  it('refuses a reload', async () => {
    const lab = createLab({ clock, kind: 'reloads' })
    const plane = await settle(clock, lab.boot())
    lab.script('enabled', misbehaviour)
    lab.source.set({ app: { value: 2 } })
    const outcome = await endOf(misbehaviour, plane.reload())
    expect(outcome).toMatchObject({
      status: 'validation_failed',
      problems: [{ code: 'module_refused', module: 'app' }],
    })
    await goesOn(lab, plane)
  })
})

test("an `enabled` that gives a promise refuses, and its rejection is nobody else's", async () => {
  const lab = createLab({ clock, kind: 'reloads' })
  const plane = await settle(clock, lab.boot())
  lab.script('enabled', { name: 'is async', ends: 'fails', act: () => Promise.reject(new Error('late')) })
  lab.source.set({ app: { value: 2 } })
  expect((await settle(clock, plane.reload())).status).toBe('validation_failed')
  await goesOn(lab, plane)
})

test.each(succeeding)('a hook that $name is taken at its first word in every phase', async (misbehaviour) => {
  for (const kind of ['replaced', 'cascade', 'reloads', 'reloads with its own undo'] as const) {
    const lab = createLab({ clock, kind })
    for (const hook of ['check', 'start', 'reload', 'undo', 'reverse', 'stop'] as const) lab.script(hook, misbehaviour)
    const plane = await settle(clock, lab.boot())
    lab.source.set({ app: { value: 2 }, later: { broken: true } })
    expect((await settle(clock, plane.reload())).status).toBe('rolled_back')
    lab.source.set({ app: { value: 2 } })
    expect((await settle(clock, plane.reload())).status).toBe('full_success')
    expect((await settle(clock, plane.close())).unfinished).toEqual([])
    expect(lab.resources.every(({ stopped }) => stopped)).toBe(true)
  }
})

test.each([
  ['throws', () => Promise.reject(null)],
  ['hangs for ever', () => new Promise<void>(() => {})],
])('a prepared object whose disposal %s does not hold up the engine', async (_, dispose) => {
  const lab = createLab({ clock, kind: 'reloads' })
  const plane = await settle(clock, lab.boot())
  lab.script('check', { name: 'prepares', ends: 'succeeds', act: () => ({ close: dispose }) })
  const candidate = { tree: { app: { value: 2 } } }
  const dry = await settle(clock, plane.reload({ dryRun: true, candidate }))
  expect(dry.status).toBe('full_success')
  await goesOn(lab, plane)
})
