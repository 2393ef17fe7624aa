import { EventEmitter } from 'node:events'
import { createServer } from 'node:net'
import type { Module } from 'trimtab'
import type { VerifiedHook, VerifyRuleId } from 'trimtab/testing'
import { goodHooks, leaving, type Pool, poolModule, replacedPoolModule } from './workbench.ts'

/** A module with one fault, and what has to be said of it. */
export interface BadModule {
  readonly what: string
  readonly rule: VerifyRuleId
  readonly hook: VerifiedHook
  make(): Module<Pool>
  readonly deadline: number
}

/** So long that even a busy machine ends in time. */
const ample = 5_000
/** For what never ends: all that is left of the time is waited for. */
const brief = 300

const bad = (
  what: string,
  expected: `${VerifyRuleId} ${VerifiedHook}`,
  make: () => Module<Pool>,
  deadline = ample,
): BadModule => {
  // The two parts of a template of both.
  const [rule, hook] = expected.split(' ') as [VerifyRuleId, VerifiedHook]
  return { what, rule, hook, make, deadline }
}

const never = () => new Promise<never>(() => {})
const timer = (call: () => void, delay: number) => leaving(setTimeout(call, delay), clearTimeout)
const later = (delay: number) => new Promise<void>((resolve) => timer(resolve, delay))
/** As long as it takes to be cancelled, and no time: a few turns of the event loop. */
const aWhile = async () => {
  for (let turn = 0; turn < 4; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve))
}
/** Quick, but takes long to give up. */
const reluctantly = async ({ signal }: { readonly signal: AbortSignal }) => {
  await aWhile()
  if (signal.aborted) await later(120)
}
const interval = () =>
  leaving(
    setInterval(() => {}, 1_000),
    clearInterval,
  )
const fail = (error: unknown) => () => {
  throw error
}
const spin = (milliseconds: number) => {
  const end = performance.now() + milliseconds
  while (performance.now() < end) {
    // Keeps the loop.
  }
}
const hostile = () =>
  Object.defineProperties(
    {},
    {
      message: { get: fail(new Error('read')) },
      name: { get: fail(new Error('read')) },
      stack: { get: fail(new Error('read')) },
    },
  )

const failures: readonly BadModule[] = [
  bad('hangs in start', 'hook-hangs start', () => poolModule({ start: never }), brief),
  bad('hangs in check', 'hook-hangs check', () => poolModule({ check: never }), brief),
  bad('hangs in reload', 'hook-hangs reload', () => poolModule({ reload: never }), brief),
  bad('hangs in stop', 'hook-hangs stop', () => poolModule({ stop: never }), brief),
  bad('hangs in its undo', 'hook-hangs undo', () => poolModule({ reload: () => never }), brief),
  bad('throws in start', 'hook-throws start', () => poolModule({ start: fail(new Error('no')) })),
  bad('throws in check', 'hook-throws check', () => poolModule({ check: fail(new Error('no')) })),
  bad('throws in reload', 'hook-throws reload', () => poolModule({ reload: fail(new Error('no')) })),
  bad('throws in stop', 'hook-throws stop', () => poolModule({ stop: fail(new Error('no')) })),
  bad('throws in its undo', 'hook-throws undo', () => poolModule({ reload: () => fail(new Error('no')) })),
  bad('throws in enabled', 'hook-throws enabled', () => poolModule({ enabled: fail(new Error('no')) })),
  bad('throws null in start', 'throws-nothing start', () => poolModule({ start: fail(null) })),
  bad('throws null in check', 'throws-nothing check', () => poolModule({ check: fail(null) })),
  bad('throws null in reload', 'throws-nothing reload', () => poolModule({ reload: fail(null) })),
  bad('throws null in stop', 'throws-nothing stop', () => poolModule({ stop: fail(null) })),
  bad('throws null in its undo', 'throws-nothing undo', () => poolModule({ reload: () => fail(null) })),
  bad('throws null in enabled', 'throws-nothing enabled', () => poolModule({ enabled: fail(null) })),
  bad('throws a text', 'throws-nothing check', () => poolModule({ check: fail('no') })),
  bad('throws an object that cannot be read', 'throws-nothing reload', () => poolModule({ reload: fail(hostile()) })),
  bad('rejects with undefined', 'throws-nothing start', () => poolModule({ start: () => Promise.reject(undefined) })),
]

const times: readonly BadModule[] = [
  bad('ignores its signal in start', 'ignores-signal start', () => poolModule({ start: never }), brief),
  bad('ignores its signal in check, though it ends in time', 'ignores-signal check', () =>
    poolModule({ check: reluctantly }),
  ),
  bad('ignores its signal in reload, though it ends in time', 'ignores-signal reload', () =>
    poolModule({
      async reload(context) {
        await reluctantly(context)
        goodHooks.reload(context)
      },
    }),
  ),
  bad('ignores its signal in stop', 'ignores-signal stop', () => poolModule({ stop: reluctantly })),
  bad('ignores its signal in its health check', 'ignores-signal health', () =>
    poolModule({ health: { optional: true, run: reluctantly } }),
  ),
  bad(
    'hangs, but ends when it is told to',
    'hook-hangs reload',
    () =>
      poolModule({
        reload: ({ signal }) =>
          new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(new Error('told to')))),
      }),
    brief,
  ),
  bad(
    'returns late from start',
    'returns-late start',
    () =>
      poolModule({
        async start(context) {
          await later(400)
          return goodHooks.start(context)
        },
      }),
    brief,
  ),
  bad('returns late from reload', 'returns-late reload', () => poolModule({ reload: () => later(400) }), brief),
  bad('blocks the loop in start', 'blocks-loop start', () =>
    poolModule({
      start(context) {
        spin(70)
        return goodHooks.start(context)
      },
    }),
  ),
  bad('blocks the loop in reload, after a while', 'blocks-loop reload', () =>
    poolModule({
      async reload(context) {
        await later(1)
        spin(70)
        goodHooks.reload(context)
      },
    }),
  ),
]

interface Loose {
  max?: number
  tags: string[]
}
/** As plain JavaScript sees it. */
const loose = (section: unknown) => section as Loose

const state: readonly BadModule[] = [
  bad('changes its input in start', 'mutates-input start', () =>
    poolModule({
      start(context) {
        loose(context.config).tags.push('more')
        return goodHooks.start(context)
      },
    }),
  ),
  bad('changes its input in check', 'mutates-input check', () =>
    poolModule({
      check({ next }) {
        delete loose(next).max
      },
    }),
  ),
  bad('changes its input in reload, and notices nothing', 'mutates-input reload', () =>
    poolModule({
      reload(context) {
        goodHooks.reload(context)
        Reflect.set(context.next, 'max', 7)
      },
    }),
  ),
  bad('is not idempotent', 'not-idempotent reload', () =>
    poolModule({
      reload({ next, previous, resource }) {
        resource.max += next.max - previous.max
        resource.idle += next.idle - previous.idle
      },
    }),
  ),
  bad('reloads once only', 'not-idempotent reload', () =>
    poolModule({
      reload(context) {
        if (context.resource.max === context.next.max) throw new Error('it is so already')
        goodHooks.reload(context)
      },
    }),
  ),
  bad('does not undo', 'does-not-undo undo', () =>
    poolModule({
      reload(context) {
        goodHooks.reload(context)
        return () => {}
      },
    }),
  ),
  bad('does not reload backwards', 'does-not-undo reload', () =>
    poolModule({
      reload(context) {
        if (context.next.max > context.previous.max) goodHooks.reload(context)
      },
    }),
  ),
  bad('half-undoes', 'half-undoes undo', () =>
    poolModule({
      reload(context) {
        goodHooks.reload(context)
        return () => {
          context.resource.max = context.previous.max
        }
      },
    }),
  ),
  bad('is left in the middle when it is cancelled', 'half-undoes reload', () => {
    let isBroken = false
    return poolModule({
      async reload({ next, signal, resource }) {
        if (isBroken) return
        resource.max = next.max
        await aWhile()
        isBroken = signal.aborted
        signal.throwIfAborted()
        resource.idle = next.idle
      },
    })
  }),
  bad('forgets a field', 'reload-differs reload', () =>
    poolModule({
      reload({ next, resource }) {
        resource.max = next.max
      },
    }),
  ),
  bad('shares its state among resources', 'disturbs-running start', () => {
    const shared: Pool = { max: 0, idle: 0, stopped: false }
    return replacedPoolModule({ start: ({ config }) => Object.assign(shared, config) })
  }),
  bad('changes the resource in check', 'check-has-effects check', () =>
    poolModule({
      check({ next, resource }) {
        if (resource !== undefined) resource.max = next.max
      },
    }),
  ),
  bad('can be asked once', 'check-not-repeatable check', () => {
    const taken = new WeakSet<Pool>()
    return poolModule({
      check({ resource }) {
        if (resource === undefined) return
        if (taken.has(resource)) throw new Error('the port is taken')
        taken.add(resource)
      },
    })
  }),
  bad('prepares what cannot be disposed', 'prepared-not-disposed dispose', () =>
    poolModule<{ close: () => void }>({ check: () => ({ close: fail(new Error('no')) }) }),
  ),
  bad('decides by chance whether it is enabled', 'enabled-not-pure enabled', () => {
    let isOn = false
    return poolModule({ enabled: () => (isOn = !isOn) })
  }),
  bad('can be stopped once', 'stop-not-idempotent stop', () =>
    poolModule({
      stop({ resource }) {
        if (resource.stopped) throw new Error('it has ended')
        resource.stopped = true
      },
    }),
  ),
]

const leaks: readonly BadModule[] = [
  bad('leaks a timer in start', 'leaks-timer start', () =>
    poolModule({
      start(context) {
        interval()
        return goodHooks.start(context)
      },
    }),
  ),
  bad('leaks a timer that keeps nothing alive', 'leaks-timer check', () =>
    poolModule({
      check() {
        interval().unref()
      },
    }),
  ),
  bad('leaks a timer in every reload until it stops', 'leaks-timer reload', () => {
    const all: NodeJS.Timeout[] = []
    return poolModule({
      reload(context) {
        goodHooks.reload(context)
        all.push(interval())
      },
      stop() {
        for (const each of all.splice(0)) clearInterval(each)
      },
    })
  }),
  bad('leaves a server open', 'alive-after-stop stop', () =>
    poolModule({
      async start(context) {
        const server = leaving(createServer(), (made) => made.close())
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
        return goodHooks.start(context)
      },
    }),
  ),
  bad('leaves a server that its check tried', 'leaks-handle check', () =>
    poolModule({
      async check() {
        const server = leaving(createServer(), (made) => made.close())
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      },
    }),
  ),
  bad('leaves a timer when its start is cancelled', 'leaks-timer start', () => {
    const timers = new Map<Pool, NodeJS.Timeout>()
    return poolModule({
      async start(context) {
        const made = interval()
        await aWhile()
        context.signal.throwIfAborted()
        const pool = goodHooks.start(context)
        timers.set(pool, made)
        return pool
      },
      stop: ({ resource }) => clearInterval(timers.get(resource)),
    })
  }),
  bad('leaks a listener on the process', 'leaks-listener start', () =>
    poolModule({
      start(context) {
        process.on(
          'SIGUSR2',
          leaving(
            () => {},
            (listener) => process.off('SIGUSR2', listener),
          ),
        )
        return goodHooks.start(context)
      },
    }),
  ),
  bad('leaks a listener on its signal', 'leaks-signal-listener reload', () =>
    poolModule({
      reload(context) {
        context.signal.addEventListener('abort', () => {})
        goodHooks.reload(context)
      },
    }),
  ),
  bad('throws in a timer', 'throws-later start', () =>
    poolModule({
      start(context) {
        timer(fail(new Error('later')), 1)
        return goodHooks.start(context)
      },
      stop: () => later(5),
    }),
  ),
  bad('emits an error that nobody hears', 'throws-later reload', () =>
    poolModule({
      reload(context) {
        goodHooks.reload(context)
        process.nextTick(() => new EventEmitter().emit('error', new Error('unheard')))
      },
    }),
  ),
  bad('leaves a rejection', 'throws-later check', () =>
    poolModule({
      check() {
        void Promise.reject(new Error('floating'))
      },
    }),
  ),
]

const health: readonly BadModule[] = [
  bad('hangs in its health check', 'hook-hangs health', () => poolModule({ health: never }), brief),
  bad('throws null in its health check', 'throws-nothing health', () => poolModule({ health: fail(null) })),
  bad('throws in one of its health checks', 'hook-throws health', () =>
    poolModule({
      health: [
        { name: 'one', run: () => true },
        { name: 'other', run: fail(new Error('no')) },
      ],
    }),
  ),
  bad('leaks a timer in its health check', 'leaks-timer health', () => poolModule({ health: () => void interval() })),
  bad('reports garbage', 'reports-garbage health', () =>
    // A type that plain JavaScript does not have.
    poolModule({ health: () => ({ status: 'ok' }) as unknown as undefined }),
  ),
]

/** Most of these wait for what hangs. */
export const patientModules: readonly BadModule[] = [...failures, ...state, ...leaks, ...health]
/** What is found of these depends on how long something took. */
export const timedModules: readonly BadModule[] = times
