import { describe, expect, it, onTestFinished, test } from 'vitest'
import type { Clock } from '../primitives/time/clock.ts'
import { deferred } from '../primitives/concurrency/deferred.ts'
import { silentLogger } from '../primitives/logger.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { degraded, type Findings, type HealthCheck, healthy, type HealthStatus, unhealthy } from './check.ts'
import { createHealth, type HealthParts } from './create-health.ts'
import type { HealthEvent } from './health.ts'
import type { Remedy } from './check.ts'

function open(options: Partial<HealthParts> = {}) {
  const clock = createManualClock()
  const parts = { clock, random: () => 0.5, generation: () => 1, logger: silentLogger, ...options }
  const health = createHealth(parts)
  const events: HealthEvent[] = []
  health.events.on((event) => events.push(event))
  onTestFinished(async () => {
    const closed = health.close()
    await clock.advance(10_000)
    await closed
    expect(clock.pending).toBe(0)
  })
  /** A check that answers what it was last told to, and counts its runs. */
  const scripted = (name: string, settings: Partial<HealthCheck> = {}) => {
    const script = {
      answer: (): Findings | Promise<Findings> => healthy(),
      runs: 0,
      remove: () => {},
    }
    const run = () => {
      script.runs += 1
      return script.answer()
    }
    script.remove = health.add({ name, run, ...settings })
    return script
  }
  const status = (name: string) => health.answer.reports.find(({ check }) => check === name)?.status
  return { clock, health, events, scripted, status }
}
const never = () => new Promise<never>(() => {})

describe('collection', () => {
  test('a thousand callers at once on a cold cache run each check once, and share one frozen answer', async () => {
    const { health, scripted, clock } = open()
    const gate = deferred<void>()
    const scripts = ['a', 'b', 'c'].map((name) => scripted(name))
    for (const script of scripts) script.answer = () => gate.promise.then(() => healthy())
    const callers = Array.from({ length: 1_000 }, (_, index) => health.check({ fresh: index % 2 === 0 }))
    gate.resolve()
    const answers = new Set(await Promise.all(callers))
    expect(scripts.map(({ runs }) => runs)).toEqual([1, 1, 1])
    expect(answers.size).toBe(1)
    const [answer] = answers
    expect(Object.isFrozen(answer) && Object.isFrozen(answer?.reports) && Object.isFrozen(answer?.reports[0])).toBe(
      true,
    )
    expect(health.answer).toBe(answer)
    await clock.advance(0)
  })

  test('one that hangs keeps nobody longer than its timeout, and a hundred callers cause one run', async () => {
    const { health, scripted, clock, events } = open()
    const hanging = scripted('hanging')
    hanging.answer = never
    const good = scripted('good')
    const callers = Promise.all(Array.from({ length: 100 }, () => health.check()))
    await clock.advance(999)
    let answered = false
    void callers.then(() => (answered = true))
    await clock.advance(0)
    expect(answered).toBe(false)
    await clock.advance(1)
    const [answer] = await callers
    expect(answer?.reports).toMatchObject([
      {
        check: 'hanging',
        status: 'unhealthy',
        timedOut: true,
        message: 'did not answer within 1000 ms',
        duration: 1_000,
      },
      { check: 'good', status: 'healthy', timedOut: false },
    ])
    expect([hanging.runs, good.runs]).toEqual([1, 1])
    expect(events).toContainEqual({ kind: 'abandoned', check: 'hanging', abandoned: 1 })
    expect(await health.check({ fresh: true })).toMatchObject({
      readiness: { status: 'unhealthy', causes: ['hanging'] },
    })
    expect(hanging.runs).toBe(1)
  })

  test('the late answer of an abandoned run changes nothing, and then the check runs again', async () => {
    const { health, scripted, clock, status } = open()
    const gate = deferred<Findings>()
    const late = scripted('late')
    late.answer = () => gate.promise
    const answer = health.check()
    await clock.advance(1_000)
    await answer
    late.answer = () => healthy()
    gate.resolve(healthy('at last'))
    await clock.advance(0)
    expect(status('late')).toBe('unhealthy')
    expect((await health.check({ fresh: true })).reports).toMatchObject([{ observed: 'healthy', status: 'unhealthy' }])
    expect(late.runs).toBe(2)
  })

  test('what was found is current for 250 ms, and anew when a check comes or goes', async () => {
    const { health, scripted, clock } = open()
    const first = scripted('first')
    await health.check()
    await clock.advance(249)
    await health.check()
    expect(first.runs).toBe(1)
    await clock.advance(1)
    await health.check()
    expect(first.runs).toBe(2)
    const second = scripted('second')
    await health.check()
    expect([first.runs, second.runs]).toEqual([3, 1])
    second.remove()
    expect((await health.check()).reports.map(({ check }) => check)).toEqual(['first'])
    expect(first.runs).toBe(4)
    await health.check({ fresh: true })
    expect(first.runs).toBe(5)
  })

  test('a check that is registered during a collection is in the next answer', async () => {
    const { health, scripted } = open()
    const gate = deferred<Findings>()
    scripted('slow').answer = () => gate.promise
    const first = health.check()
    scripted('new')
    const second = health.check()
    gate.resolve(healthy())
    await first
    expect((await second).reports).toMatchObject([
      { check: 'slow', status: 'healthy' },
      { check: 'new', status: 'healthy' },
    ])
  })

  test('a check that another one removes, or that comes after it has closed everything, does not run', async () => {
    const { health, scripted, clock } = open()
    const first = scripted('first')
    const removed = scripted('removed')
    first.answer = () => removed.remove()
    expect((await health.check()).reports.map(({ check }) => check)).toEqual(['first'])
    const last = scripted('last')
    let closed: Promise<void> | undefined
    first.answer = () => {
      closed = health.close()
    }
    await health.check({ fresh: true })
    await clock.advance(0)
    await closed
    expect([first.runs, removed.runs, last.runs]).toEqual([2, 0, 0])
  })

  test('a signal releases its caller and nobody else', async () => {
    const { health, scripted } = open()
    const gate = deferred<Findings>()
    scripted('slow').answer = () => gate.promise
    const controller = new AbortController()
    const one = health.check({ signal: controller.signal })
    const other = health.check()
    controller.abort(new Error('enough'))
    await expect(one).rejects.toThrow('enough')
    await expect(health.check({ signal: controller.signal })).rejects.toThrow('enough')
    gate.resolve(degraded('slow'))
    expect((await other).readiness.status).toBe('degraded')
  })

  test('the signal of a run aborts at its deadline', async () => {
    const { health, clock } = open()
    let reason: unknown
    const run: HealthCheck['run'] = ({ signal }) => {
      signal.addEventListener('abort', () => (reason = signal.reason))
      return never()
    }
    health.add({ name: 'listening', run, timeout: 100 })
    void health.check()
    await clock.advance(99)
    expect(reason).toBeUndefined()
    await clock.advance(1)
    expect(reason).toMatchObject({ name: 'TimeoutError' })
  })

  test('a check is given its signal alone, and can move neither its deadline nor anybody who waits', async () => {
    const { health, clock } = open()
    const given: object[] = []
    const run: HealthCheck['run'] = (context) => {
      given.push(context)
      Object.assign(context, { deadline: Infinity, extensions: -100, hasEnded: true, isAbandoned: true, counts: true })
      return never()
    }
    health.add({ name: 'meddling', run, timeout: 100 })
    const asked = health.check()
    await clock.advance(100)
    expect((await asked).reports).toMatchObject([{ timedOut: true, duration: 100, observed: 'unhealthy' }])
    const context = given[0] ?? {}
    expect(Object.getOwnPropertyNames(Object.getPrototypeOf(context)).sort()).toEqual(['constructor', 'signal'])
  })

  it.each([
    [
      'a sync throw',
      () => {
        throw new Error('x')
      },
      'unhealthy',
    ],
    [
      'a thrown null',
      () => {
        throw null
      },
      'unhealthy',
    ],
    ['a reject', () => Promise.reject(new Error('x')), 'unhealthy'],
    ['null', () => null, 'unknown'],
    [
      'a thenable that throws',
      () => ({
        // oxlint-disable-next-line unicorn/no-thenable -- a hostile one is what is tried
        then() {
          throw new Error('x')
        },
      }),
      'unhealthy',
    ],
    [
      'a thenable that answers twice',
      () => ({
        // oxlint-disable-next-line unicorn/no-thenable -- a hostile one is what is tried
        then(ok: (value: unknown) => void) {
          ok(healthy())
          ok(unhealthy('2'))
        },
      }),
      'healthy',
    ],
    [
      'a getter that throws',
      () => ({
        get status() {
          throw new Error('x')
        },
      }),
      'unknown',
    ],
  ])('%s harms neither the answer nor another check', async (_, run, expected) => {
    const { health, scripted, status } = open()
    // What is no finding is what is tried.
    health.add({ name: 'odd', run: run as HealthCheck['run'] })
    scripted('good')
    await health.check()
    expect([status('odd'), status('good')]).toEqual([expected, 'healthy'])
  })

  test('a deadline that passed while the loop was blocked is not held against the check', async () => {
    const manual = createManualClock()
    let blocked = 0
    // The time that the loop was blocked has passed for who looks at the clock, and no timer has fired.
    const clock: Clock = {
      now: () => manual.now() + blocked,
      monotonic: () => manual.monotonic() + blocked,
      schedule: (delay, callback) => manual.schedule(delay, callback),
    }
    const { health, scripted } = open({ clock })
    const gate = deferred<Findings>()
    const slow = scripted('slow')
    slow.answer = () => gate.promise
    const hanging = scripted('hanging')
    hanging.answer = never
    const answer = health.check()
    await manual.advance(500)
    blocked = 3_500
    await manual.advance(500)
    gate.resolve(healthy())
    await manual.advance(999)
    await manual.advance(1)
    expect((await answer).reports).toMatchObject([
      { check: 'slow', status: 'healthy', timedOut: false },
      { check: 'hanging', status: 'unhealthy', timedOut: true },
    ])
    const closed = health.close()
    await manual.advance(5_000)
    await closed
  })

  test('a check that never settles costs one run however long it is waited for', async () => {
    const { scripted, clock, health } = open()
    const hanging = scripted('hanging', { interval: 100, timeout: 50 })
    hanging.answer = never
    await clock.advance(100_000)
    expect(hanging.runs).toBe(1)
    expect(health.answer.reports).toMatchObject([{ status: 'unhealthy', timedOut: true }])
    expect(health.answer.reports[0]?.message).toMatch(/^has not answered for \d/)
  })
})

describe('rounds', () => {
  test('run in the background on their interval, at a random phase, with one timer for all checks', async () => {
    const { scripted, clock } = open({ random: () => 0.4 })
    const script = scripted('a')
    const others = Array.from({ length: 20 }, (_, index) => scripted(`other${index}`, { interval: 1_000 + index }))
    expect(clock.pending).toBe(1)
    await clock.advance(1_999)
    expect(script.runs).toBe(0)
    await clock.advance(1)
    expect(script.runs).toBe(1)
    await clock.advance(10_000)
    expect(script.runs).toBe(3)
    expect(others.every(({ runs }) => runs >= 10)).toBe(true)
    expect(clock.pending).toBe(1)
  })

  test('nothing is ready before all that is required or shared has been seen; what comes later degrades', async () => {
    const { scripted, clock, health, events } = open({ phase: (name) => (name === 'shared' ? 0.5 : 0.1) })
    const readiness = () => [health.answer.readiness.status, ...health.answer.readiness.causes]
    scripted('own')
    const shared = scripted('shared', { shared: true })
    scripted('extra', { optional: true }).answer = () => unhealthy('gone')
    expect(readiness()).toEqual(['unhealthy', 'own', 'shared'])
    await clock.advance(500)
    expect(readiness()).toEqual(['unhealthy', 'shared'])
    shared.answer = () => ({ status: 'unknown', message: 'no idea' })
    await clock.advance(2_000)
    expect(readiness()).toEqual(['degraded', 'shared'])
    expect(events.filter((event) => event.kind === 'aggregate' && event.of === 'readiness')).toMatchObject([
      { next: { status: 'unhealthy' } },
      { next: { status: 'degraded' } },
    ])
    shared.answer = () => healthy()
    await clock.advance(20_000)
    expect(readiness()).toEqual(['healthy'])
    scripted('late', { shared: true }).answer = never
    expect(readiness()).toEqual(['degraded', 'late'])
  })

  test('are quickened for those alone that were asked for last', async () => {
    const { scripted, clock, health } = open({ random: () => 0 })
    const one = scripted('one', { interval: 60_000 })
    const other = scripted('other', { interval: 60_000 })
    await clock.advance(1)
    const calmOne = health.hasten(1_000, (name) => name === 'one')
    await clock.advance(1)
    expect([one.runs, other.runs]).toEqual([2, 1])
    const calmOther = health.hasten(1_000, (name) => name === 'other')
    calmOne()
    await clock.advance(5_000)
    expect([one.runs, other.runs]).toEqual([2, 7])
    calmOther()
    await clock.advance(5_000)
    expect([one.runs, other.runs]).toEqual([2, 7])
  })

  test('begin where a phase that is given says, by the name of the check, also while they are quickened', async () => {
    const { scripted, clock, health } = open({ phase: (name) => (name === 'early' ? 0.1 : 0.9) })
    const early = scripted('early')
    const late = scripted('late')
    await clock.advance(499)
    expect([early.runs, late.runs]).toEqual([0, 0])
    await clock.advance(1)
    expect([early.runs, late.runs]).toEqual([1, 0])
    const calm = health.hasten(1_000, () => true)
    await clock.advance(100)
    expect([early.runs, late.runs]).toEqual([2, 0])
    await clock.advance(800)
    expect([early.runs, late.runs]).toEqual([2, 1])
    calm()
    await clock.advance(3_099)
    expect([early.runs, late.runs]).toEqual([2, 1])
    await clock.advance(1)
    expect([early.runs, late.runs]).toEqual([2, 2])
  })

  test('`observedSince` moves only with the status, and every move is told once and in order', async () => {
    const { scripted, clock, events, health } = open({ random: () => 0 })
    const script = scripted('db')
    await clock.advance(0)
    const since = health.answer.reports[0]?.observedSince
    await clock.advance(20_000)
    expect(health.answer.reports[0]?.observedSince).toBe(since)
    script.answer = () => unhealthy('gone')
    await clock.advance(15_000)
    expect(health.answer.reports[0]).toMatchObject({ status: 'healthy', observed: 'unhealthy', observedSince: since })
    await clock.advance(5_000)
    expect(health.answer.reports[0]).toMatchObject({ status: 'unhealthy', observedSince: clock.now() })
    script.answer = () => healthy()
    await clock.advance(20_000)
    const moves = events.flatMap((event) =>
      event.kind === 'transition' ? [`${event.previous} ${event.report.status}`] : [],
    )
    expect(moves).toEqual(['healthy unhealthy', 'unhealthy healthy'])
    const readiness = events.flatMap((event) =>
      event.kind === 'aggregate' && event.of === 'readiness' ? [event.next.status] : [],
    )
    expect(readiness).toEqual(['unhealthy', 'healthy', 'unhealthy', 'healthy'])
  })

  test('that something is well at first sight is told only of what was told to be otherwise', async () => {
    const { scripted, health, events } = open({ cacheFor: 0 })
    const told = () =>
      events.splice(0).flatMap((event) => {
        if (event.kind !== 'transition') return []
        const { check, component, status } = event.report
        return [`${check}${component ?? ''}: ${event.previous} to ${status}`]
      })
    const shards = scripted('shards', { fall: 1, rise: 1 })
    const parts = (one: HealthStatus, other: HealthStatus) => [
      { status: one, component: '1' },
      { status: other, component: '2' },
    ]
    shards.answer = () => parts('healthy', 'degraded')
    await health.check()
    expect(told()).toEqual(['shards2: unknown to degraded'])
    // It is looked at no longer, and then again.
    shards.answer = () => parts('healthy', 'degraded').slice(0, 1)
    await health.check()
    shards.answer = () => parts('healthy', 'healthy')
    await health.check()
    expect(told()).toEqual(['shards2: degraded to healthy'])
    // A failure of a whole that had left is over when it comes back and is well.
    shards.answer = () => unhealthy('no route')
    await health.check()
    shards.remove()
    scripted('shards')
    await health.check()
    expect(told()).toEqual(['shards: unknown to unhealthy', 'shards: unhealthy to healthy'])
    const silent = scripted('silent')
    silent.answer = () => ({ status: 'unknown' })
    await health.check()
    expect(health.answer.reports.at(-1)).toMatchObject({ check: 'silent', status: 'unknown' })
    silent.remove()
    scripted('silent')
    await health.check()
    expect(told()).toEqual([])
  })

  test('what somebody asks for in between does not count in damping', async () => {
    const { scripted, health, status } = open()
    const script = scripted('db')
    await health.check()
    script.answer = () => unhealthy('a moment')
    for (let times = 0; times < 20; times += 1) await health.check({ fresh: true })
    expect(status('db')).toBe('healthy')
    expect(health.answer.reports[0]?.observed).toBe('unhealthy')
  })

  test('listeners hear everything in one order, also when one throws, hangs or calls back in', async () => {
    const { scripted, health, clock } = open({ random: () => 0 })
    const heard: string[][] = [[], []]
    const print = (event: HealthEvent) =>
      event.kind === 'transition' ? `${event.report.check}:${event.report.status}` : event.kind
    let nested = 0
    health.events.on((event) => {
      heard[0]?.push(print(event))
      nested += 1
      if (nested < 4) scripted(`nested${nested}`)
      throw new Error('a bad listener')
    })
    health.events.on(never)
    health.events.on((event) => heard[1]?.push(print(event)))
    scripted('a')
    await clock.advance(10_000)
    expect(heard[0]?.length).toBeGreaterThan(4)
    expect(heard[1]).toEqual(heard[0])
  })

  test('what a check no longer names is gone, and what fails as a whole fails for everything it looks at', async () => {
    const { scripted, health } = open({ cacheFor: 0 })
    const script = scripted('shards', { fall: 1, rise: 1 })
    script.answer = () => [
      { status: 'healthy', component: 'a' },
      { status: 'healthy', component: 'b' },
    ]
    await health.check()
    script.answer = () => Promise.reject(new Error('no route'))
    expect((await health.check()).reports).toMatchObject([
      { component: 'a', observed: 'unhealthy', message: 'no route' },
      { component: 'b', observed: 'unhealthy', message: 'no route' },
    ])
    script.answer = () => [{ status: 'healthy', component: 'b' }]
    expect((await health.check()).reports).toMatchObject([{ component: 'b', observed: 'healthy' }])
  })
})

it.each([
  [{ name: '' }, 'needs 1 to 128 characters'],
  [{ name: 'x'.repeat(129) }, 'at most 128'],
  [{ name: 'a\nb' }, 'none of control'],
  [{ name: 'trimtab/sources' }, "the plane's own"],
  [{ run: 5 }, 'needs a function `run`'],
  [{ kind: 'ready' }, 'needs a kind'],
  [{ optional: 'yes' }, 'true or false as optional'],
  [{ kind: 'liveness', shared: true }, 'liveness'],
  [{ failReadiness: true }, '`shared: true`'],
  [{ timeout: 6_000 }, 'longer than its interval'],
  [{ interval: 0 }, 'milliseconds as interval'],
  [{ fall: 0 }, 'whole number above 0 as fall'],
  [{ rise: 1.5 }, 'whole number above 0 as rise'],
  [{ remedy: { after: 1, edits: {}, for: '1m', reason: 'x' } }, 'health.remedies'],
  [{ remedy: null }, 'an object as remedy'],
  [{ remedy: { after: 0, edits: {}, for: '1m', reason: 'x' } }, 'remedy.after'],
  [{ remedy: { after: 1, for: '1m', reason: 'x' } }, 'remedy.edits'],
  [{ remedy: { after: 1, edits: {}, for: '1m' } }, 'remedy.reason'],
  [{ remedy: { after: 1, edits: {}, reason: 'x' } }, 'remedy.for'],
])('a check that cannot be is refused: %o', (wrong, message) => {
  const { health } = open()
  // What the types forbid is what is tried.
  const check = { name: 'check', run: () => healthy(), ...wrong } as HealthCheck
  expect(() => health.add(check)).toThrow(message)
  expect(health.answer.reports).toEqual([])
})

test.each([[null], [undefined], [5]])('%o is no check', (nothing) => {
  // What the types forbid is what is tried.
  expect(() => open().health.add(nothing as never)).toThrow('A health check is an object')
})

test('a name that is taken is refused until its check is removed', () => {
  const { health } = open()
  const remove = health.add({ name: 'db', run: () => healthy() })
  expect(() => health.add({ name: 'db', run: () => healthy() })).toThrow('Two health checks are called db')
  remove()
  remove()
  health.add({ name: 'db', run: () => healthy() })
  expect(health.answer.reports).toHaveLength(1)
})

test('once it drains it is unready for good, and once it is closed nothing moves any more', async () => {
  const { health, scripted, clock, events } = open({ random: () => 0 })
  const script = scripted('db')
  await clock.advance(0)
  health.drain('stopping')
  health.drain('again')
  expect(health.answer.readiness).toEqual({ status: 'unhealthy', causes: ['stopping'] })
  expect(events.at(-1)).toMatchObject({ kind: 'aggregate', of: 'readiness', next: { status: 'unhealthy' } })
  script.answer = never
  void health.check({ fresh: true })
  const closed = health.close()
  const before = events.length
  await clock.advance(60_000)
  await closed
  expect(events).toHaveLength(before)
  expect(script.runs).toBe(2)
  expect(() => health.add({ name: 'late', run: () => healthy() })).toThrow('closed')
  expect((await health.check()).readiness.status).toBe('unhealthy')
})

test('what a check holds is given back once, when no run uses it any more, and whoever closes waits for that', async () => {
  const { health, clock, events } = open()
  const order: string[] = []
  const run: HealthCheck['run'] = ({ signal }) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () =>
        clock.schedule(300, () => {
          order.push('run ended')
          resolve(false)
        }),
      )
    })
  const remove = health.add({ name: 'db', run, close: () => void order.push('given back') })
  void health.check()
  const told = events.length
  const closers = [health.close(), health.close()].map((closed) => closed.then(() => order.push('closed')))
  remove()
  await clock.advance(299)
  expect(order).toEqual([])
  await clock.advance(1)
  await Promise.all(closers)
  remove()
  await health.close()
  expect(order).toEqual(['run ended', 'given back', 'closed', 'closed'])
  expect(events).toHaveLength(told)
  expect(health.answer.reports).toHaveLength(1)
})

describe('a remedy', () => {
  const remedy: Remedy = { after: 3, edits: { 'pool.max': 1 }, for: '15m', reason: 'the database is down' }
  function withRemedies(atMost: number, refused?: string) {
    const applied: string[] = []
    const expired = new Set<string>()
    const opened = open({
      random: () => 0,
      remedies: {
        atMost,
        async apply(_, check) {
          if (refused !== undefined) return { refused }
          applied.push(`+${check}`)
          return { withdraw: () => void applied.push(`-${check}`), isInForce: () => !expired.has(check) }
        },
      },
    })
    return { ...opened, applied, expired }
  }

  test('is applied after so many failed rounds, once, and withdrawn on recovery', async () => {
    const { scripted, clock, applied, events } = withRemedies(1)
    const script = scripted('db', { remedy })
    await clock.advance(0)
    script.answer = () => unhealthy('down')
    await clock.advance(10_000)
    expect(applied).toEqual([])
    await clock.advance(5_000)
    expect(applied).toEqual(['+db'])
    await clock.advance(60_000)
    expect(applied).toEqual(['+db'])
    script.answer = () => healthy()
    await clock.advance(15_000)
    expect(applied).toEqual(['+db'])
    await clock.advance(5_000)
    expect(applied).toEqual(['+db', '-db'])
    expect(events.filter(({ kind }) => kind === 'remedy')).toEqual([
      { kind: 'remedy', check: 'db', step: 'applied', reason: remedy.reason },
      { kind: 'remedy', check: 'db', step: 'withdrawn', reason: remedy.reason },
    ])
  })

  test('is bounded in number, and says why it could not be', async () => {
    const { scripted, clock, applied, events } = withRemedies(1)
    const one = scripted('one', { remedy })
    const two = scripted('two', { remedy })
    one.answer = two.answer = () => unhealthy('down')
    await clock.advance(10_000)
    expect(applied).toEqual(['+one'])
    const reason = '1 in force already, and health.remedies.atMost is 1'
    expect(events).toContainEqual({ kind: 'remedy', step: 'failed', check: 'two', reason })
    one.remove()
    await clock.advance(15_000)
    expect(applied).toEqual(['+one', '-one', '+two'])
  })

  test('that has expired takes no place from another, though its outage goes on', async () => {
    const { scripted, clock, applied, expired } = withRemedies(1)
    const one = scripted('one', { remedy })
    const two = scripted('two', { remedy })
    one.answer = two.answer = () => unhealthy('down')
    await clock.advance(10_000)
    expired.add('one')
    await clock.advance(15_000)
    expect(applied).toEqual(['+one', '+two'])
  })

  test('that can not be withdrawn is told, and the rounds go on', async () => {
    const withdraw = () => {
      throw new Error('the plane is closed')
    }
    const remedies = { atMost: 1, apply: async () => ({ withdraw, isInForce: () => true }) }
    const { scripted, clock, events, health } = open({ random: () => 0, remedies })
    const script = scripted('db', { remedy })
    script.answer = () => unhealthy('down')
    await clock.advance(10_000)
    script.answer = () => healthy()
    await clock.advance(20_000)
    expect(events.flatMap((event) => (event.kind === 'remedy' ? [event.step, event.reason] : []))).toEqual([
      ...['applied', remedy.reason],
      ...['failed', 'the plane is closed'],
    ])
    expect((await health.check({ fresh: true })).readiness.status).toBe('healthy')
  })

  test('that is refused is told, and tried again after as many rounds', async () => {
    const { scripted, clock, events } = withRemedies(1, 'pool.max is unknown')
    scripted('db', { remedy }).answer = () => unhealthy('down')
    await clock.advance(25_000)
    const failed = { kind: 'remedy', check: 'db', step: 'failed', reason: 'pool.max is unknown' }
    expect(events.filter(({ kind }) => kind === 'remedy')).toEqual([failed, failed])
  })
})
