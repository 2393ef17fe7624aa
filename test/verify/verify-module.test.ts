import { EventEmitter } from 'node:events'
import { defineConfig, defineModule, dynamic, secret } from 'trimtab'
import { verifyModule, verifyRules } from 'trimtab/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { endWhatIsLeft, goodHooks, leaving, named, poolModule, trees, verifyPool } from './workbench.ts'

afterAll(endWhatIsLeft)

/** Findings of these modules depend on nothing that a busy machine does. */
const patient = { grace: 1_000, blocked: 1_000 }

describe('what cannot be driven is refused', () => {
  const refused = (message: RegExp) =>
    expect.objectContaining({ code: 'option_invalid', message: expect.stringMatching(message) })
  const broken = defineModule({
    name: 'broken',
    start() {
      throw new Error('no database')
    },
  })
  const dependent = defineModule({ name: 'dependent', dependsOn: [broken], start() {} })

  test.each<[string, () => Promise<unknown>, RegExp]>([
    ['a section without contents', () => verifyModule(poolModule({})), /`config`, its schema, and `trees`/],
    ['one content alone', () => verifyPool(poolModule({}), { trees: trees.slice(0, 1) }), /at least two contents/],
    [
      'contents that the schema refuses',
      () => verifyPool(poolModule({}), { trees: [...trees, { pool: {} }] }),
      /trees\[2\]/,
    ],
    ['a dependency that fails', () => verifyModule(dependent), /could not be started on trees\[0\].*no database/],
    [
      'an observe that throws',
      () =>
        verifyPool(poolModule({}), {
          observe: () => {
            throw new Error('blind')
          },
        }),
      /`observe` failed: blind/,
    ],
    ['an observe without plain data', () => verifyPool(poolModule({}), { observe: () => () => {} }), /no plain data/],
    ['a time that is none', () => verifyPool(poolModule({}), { deadline: 0 }), /option deadline/],
  ])('%s', async (_what, verify, message) => {
    await expect(verify()).rejects.toEqual(refused(message))
  })
})

test('a hook that was never called is named', async () => {
  const [tree] = trees
  const same = [tree ?? {}, { ...tree, named: {} }]
  expect(named(await verifyPool(poolModule({}), { ...patient, trees: same }))).toEqual(['hook-not-driven reload'])
})

test('without a look at the resource it is said that its undo was not verified', async () => {
  expect(named(await verifyPool(poolModule({}), { ...patient, observe: undefined }))).toEqual(['not-observed reload'])
})

test('a look that differs by itself is named', async () => {
  let looks = 0
  const observe = () => (looks += 1)
  expect(named(await verifyPool(poolModule({}), { ...patient, observe }))).toContain('observation-moves start')
})

test('what there was no time for is named', async () => {
  const module = poolModule({
    stop: () => new Promise((resolve) => void leaving(setTimeout(resolve, 200), clearTimeout)),
  })
  const startedAt = performance.now()
  const found = await verifyPool(module, { ...patient, budget: 300 })
  expect(performance.now() - startedAt).toBeLessThan(5_000)
  expect(named(found)).toContain('not-finished reload')
})

test('what was prepared and not given back is named', async () => {
  const module = poolModule<{ isOpen: boolean }>({ check: () => ({ isOpen: true }) })
  // Only this module's checks prepare.
  const isDisposed = (prepared: unknown) => !(prepared as { isOpen: boolean }).isOpen
  expect(named(await verifyPool(module, { ...patient, isDisposed }))).toEqual(['prepared-not-disposed dispose'])
})

test('a listener that is left on what the module depends on is named', async () => {
  const bus = defineModule({ name: 'bus', start: () => new EventEmitter() })
  const listen = (removes: boolean) =>
    defineModule({
      name: 'listener',
      dependsOn: [bus],
      start({ hold }) {
        const emitter = hold(bus)
        const listener = () => {}
        emitter.on('message', listener)
        return { end: () => emitter.off('message', listener) }
      },
      stop: ({ resource }) => void (removes && resource.end()),
    })
  expect(named(await verifyModule(listen(true), patient))).toEqual([])
  const found = await verifyModule(listen(false), { ...patient, grace: 100 })
  expect(found).toMatchObject([{ rule: 'leaks-listener', hook: 'start', severity: 'error' }])
  expect(found[0]?.message).toMatch(/listener for message of the module bus added at .*verify-module\.test\.ts:\d+/)
})

test('no finding shows a secret', async () => {
  const secretive = defineConfig(z.object({ db: dynamic(z.object({ password: secret(z.string()), max: z.number() })) }))
  const module = defineModule({
    name: 'db',
    config: secretive.section('db'),
    start: ({ config: { password } }) => ({ password: password.reveal() }),
    reload({ next }) {
      throw new Error(`cannot log in with ${next.password.reveal()}`)
    },
  })
  const contents = [1, 2].map((max) => ({ db: { password: `hunter2-${max}`, max } }))
  const found = await verifyModule(module, { config: secretive, trees: contents, observe: (it) => it, ...patient })
  expect(named(found)).toContain('hook-throws reload')
  expect(JSON.stringify(found)).not.toContain('hunter2')
})

test('a module is driven as a plane drives it, and stopped as often as it was started', async () => {
  let running = 0
  const module = poolModule({
    start(context) {
      running += 1
      return goodHooks.start(context)
    },
    stop({ resource }) {
      if (!resource.stopped) running -= 1
      resource.stopped = true
    },
  })
  expect(await verifyPool(module, patient)).toEqual([])
  expect(running).toBe(0)
})

test('every rule says what is wrong and what to do', () => {
  for (const [id, { title, explanation }] of Object.entries(verifyRules)) {
    expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/)
    expect(title).toMatch(/^[A-Z].*[^.]$/)
    expect(explanation).toMatch(/^[A-Z].*\.$/)
  }
})
