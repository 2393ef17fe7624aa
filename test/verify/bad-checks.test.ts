import { createServer } from 'node:net'
import { degraded, type HealthCheck, healthy, temporary, unhealthy } from 'trimtab'
import { verifyHealthCheck, type VerifiedHook, type VerifyRuleId } from 'trimtab/testing'
import { afterAll, expect, test } from 'vitest'
import { hostileError, unreadable } from '../support/misbehaviour.ts'
import { endWhatIsLeft, leaving, named } from './workbench.ts'

afterAll(endWhatIsLeft)

type Run = HealthCheck['run']

interface BadCheck {
  readonly what: string
  readonly expected: `${VerifyRuleId} ${VerifiedHook}`
  readonly check: HealthCheck
}

const check = (run: Run, rest: Partial<HealthCheck> = {}): HealthCheck => ({
  name: 'queue',
  timeout: 150,
  run,
  ...rest,
})
const bad = (what: string, expected: BadCheck['expected'], run: Run, rest?: Partial<HealthCheck>): BadCheck => ({
  what,
  expected,
  check: check(run, rest),
})
/** A check that gives what its type does not allow. */
const gives = (what: string, expected: BadCheck['expected'], make: () => unknown): BadCheck =>
  bad(what, expected, () => make() as ReturnType<Run>)

const fail = (error: unknown) => () => {
  throw error
}
const later = (delay: number) => new Promise<void>((resolve) => void leaving(setTimeout(resolve, delay), clearTimeout))
const interval = () =>
  leaving(
    setInterval(() => {}, 1_000),
    clearInterval,
  )
const brief = { timeout: 300 }

const badChecks: readonly BadCheck[] = [
  bad('hangs', 'hook-hangs run', () => new Promise(() => {}), brief),
  bad('hangs and ignores its signal', 'ignores-signal run', () => new Promise(() => {}), brief),
  bad('ignores its signal, though it ends in time', 'ignores-signal run', () => later(300)),
  bad('reports after its deadline', 'returns-late run', () => later(400), brief),
  bad('throws', 'hook-throws run', fail(new Error('down'))),
  bad('rejects', 'hook-throws run', () => Promise.reject(new Error('down'))),
  bad('throws null', 'throws-nothing run', fail(null)),
  bad('throws what cannot be read', 'throws-nothing run', fail(hostileError())),
  bad('throws a text', 'throws-nothing run', fail('down')),
  gives('reports a text', 'reports-garbage run', () => 'fine'),
  gives('reports null', 'reports-garbage run', () => null),
  gives('reports a status that is none', 'reports-garbage run', () => ({ status: 'ok' })),
  gives('reports a message that is no text', 'reports-garbage run', () => ({ status: 'healthy', message: 5 })),
  gives('reports one component twice', 'reports-garbage run', () => [
    { status: 'healthy', component: 'a' },
    { status: 'unhealthy', component: 'a' },
  ]),
  gives('has getters that throw', 'report-unreadable run', () => ({
    status: 'healthy',
    get message() {
      throw new Error('no')
    },
  })),
  gives('reports what cannot be looked into', 'report-unreadable run', () => [unreadable()]),
  bad('reports 10 MB', 'report-too-large run', () => unhealthy('x'.repeat(10_000_000))),
  bad('reports details without end', 'report-too-large run', () =>
    degraded('slow', Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`k${index}`, index]))),
  ),
  bad('blocks the loop', 'blocks-loop run', () => {
    const end = performance.now() + 130
    while (performance.now() < end) {
      // Keeps the loop.
    }
  }),
  bad(
    'names other components each time',
    'components-change run',
    (() => {
      let run = 0
      return () => {
        run += 1
        return { status: 'healthy', component: `connection-${run}` } as const
      }
    })(),
  ),
  bad(
    'changes what it reported',
    'report-changes run',
    (() => {
      const report: { status: 'healthy'; message: string } = { status: 'healthy', message: '' }
      return () => {
        report.message += '.'
        return report
      }
    })(),
  ),
  bad('changes its context', 'mutates-input run', (context) => void Reflect.set(context, 'seen', true)),
  bad('changes its settings', 'mutates-input run', function run(this: { interval?: number }) {
    this.interval = 77
  }),
  bad('leaks a timer', 'leaks-timer run', () => void interval()),
  bad('leaks a server', 'leaks-handle run', async () => {
    const server = leaving(createServer(), (made) => made.close())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  }),
  bad('leaks a listener on the process', 'leaks-listener run', () => {
    const listener = () => {}
    process.on(
      'SIGUSR2',
      leaving(listener, () => process.off('SIGUSR2', listener)),
    )
  }),
  bad('goes on listening to its signal', 'leaks-signal-listener run', ({ signal }) =>
    signal.addEventListener('abort', () => {}),
  ),
  bad('leaves a rejection', 'throws-later run', () => void Promise.reject(new Error('floating'))),
  bad('throws when it is closed', 'hook-throws close', () => {}, { close: fail(new Error('no')) }),
]

test.concurrent.each(badChecks)('a check that $what is named', async (each) => {
  const findings = await verifyHealthCheck(each.check, { grace: 40, budget: 10_000 })
  expect(named(findings)).toContain(each.expected)
  expect(JSON.stringify(findings).length).toBeLessThan(10_000)
})

const waiting = ({ signal }: { signal: AbortSignal }) =>
  new Promise<void>((resolve, reject) => {
    const refuse = () => {
      clearTimeout(timer)
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', refuse)
      resolve()
    }, 20)
    signal.addEventListener('abort', refuse, { once: true })
  })

test.each<[string, Run, Partial<HealthCheck>?]>([
  ['says nothing', () => {}],
  ['answers yes', () => true],
  ['answers no, for it may', () => false],
  ['reports', () => healthy('ok', { depth: 3, last: [1, 2] })],
  [
    'reports of several components',
    async () => ['a', 'b'].map((component) => ({ status: 'healthy', component }) as const),
  ],
  ['waits, and listens to its signal', waiting],
  ['says that it passes by itself', fail(temporary(new Error('failing over')))],
])('nothing is found of a check that %s', async (_what, run, rest) => {
  expect(await verifyHealthCheck(check(run, rest), { grace: 1_000, blocked: 1_000 })).toEqual([])
})

test('nothing is found of a check that keeps something until it is closed', async () => {
  let timer: NodeJS.Timeout | undefined
  const run = () => {
    timer ??= setInterval(() => {}, 1_000)
  }
  expect(await verifyHealthCheck(check(run, { close: () => clearInterval(timer) }))).toEqual([])
})

test('a check that no plane would take is refused', async () => {
  await expect(verifyHealthCheck({ name: '', run: () => true })).rejects.toMatchObject({ code: 'option_invalid' })
})
