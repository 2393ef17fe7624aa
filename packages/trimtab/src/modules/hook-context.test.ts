import { createTestPlane } from 'trimtab/testing'
import { defineConfig, defineModule, dynamic, type HookContext, type Module } from 'trimtab'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createManualClock } from '../testing/manual-clock.ts'

const config = defineConfig(
  z.object({
    base: dynamic(z.number().default(1)),
    app: dynamic(z.number().default(1)),
    last: dynamic(z.number().default(1)),
  }),
)

/** Uses everything that a hook is given. */
async function useAll(context: HookContext, base: Module<string>): Promise<string> {
  context.log.info(`signal ${context.signal.aborted}, key ${context.key}`)
  context.emit('seen', context.hold(base))
  return context.use(base, (resource) => resource)
}

const failing = defineModule({
  name: 'z-last',
  config: config.section('last'),
  start: () => {},
  reload({ next }) {
    if (next > 1) throw new Error('no')
  },
})

/** `app` on top of `base`, which is replaced in the given way. */
function createPair(kind: 'beside' | 'cascade', undo: 'returned' | 'reversed') {
  const used: string[] = []
  let starts = 0
  const base = defineModule({
    name: 'base',
    config: config.section('base'),
    ...(kind === 'cascade' ? { exclusive: true, replace: 'cascade' as const } : {}),
    start: ({ config: value }) => `base ${value}.${(starts += 1)}`,
  })
  const app = defineModule({
    name: 'app',
    config: config.section('app'),
    dependsOn: [base],
    start: () => 'app',
    async reload(context) {
      if (context.next < context.previous) used.push(`reversed with ${await useAll(context, base)}`)
      if (undo === 'reversed') return undefined
      return async (own) => void used.push(`undone with ${await useAll(own, base)}`)
    },
    stop: async (context) => void used.push(`stopped with ${await useAll(context, base)}`),
  })
  return { modules: [base, app, failing], used }
}

test('stop is given what every hook is given, while what it stands on still runs', async () => {
  const { modules, used } = createPair('beside', 'returned')
  const lines: string[] = []
  const events: unknown[] = []
  const logger = { debug() {}, info: (line: string) => void lines.push(line), warn() {}, error() {} }
  const plane = await createTestPlane(config, { modules, logger, clock: createManualClock() })
  plane.events.on((event) => {
    if (event.type !== 'dev.trimtab.module.emitted') return
    events.push([event.data.module, event.data.name, event.data.data])
  })
  expect(await plane.close()).toEqual({ unfinished: [] })
  expect(used).toEqual(['stopped with base 1.1'])
  expect(events).toEqual([['app', 'seen', 'base 1.1']])
  expect(lines).toContain('app: signal false, key undefined')
})

test.each([
  ['beside', 'returned', 'undone with base 1.1'],
  ['beside', 'reversed', 'reversed with base 1.1'],
  // The old one is only to be started again: until then there is its successor.
  ['cascade', 'returned', 'undone with base 2.2'],
  ['cascade', 'reversed', 'reversed with base 2.2'],
] as const)(
  'an undo uses what it stands on, also where that was replaced %s and its undo is %s',
  async (kind, undo, expected) => {
    const { modules, used } = createPair(kind, undo)
    const clock = createManualClock()
    const plane = await createTestPlane(config, { modules, clock })
    const outcome = await plane.set({ base: 2, app: 2, last: 2 })
    expect(outcome.status).toBe('rolled_back')
    expect(used).toEqual([expected])
    await plane.close()
  },
)

test('a boot that fails stops what had started with what that stands on', async () => {
  const { modules, used } = createPair('beside', 'returned')
  const bad = defineModule({
    name: 'bad',
    dependsOn: modules.slice(0, 2),
    start: () => {
      throw new Error('no')
    },
  })
  await expect(createTestPlane(config, { modules: [...modules, bad] })).rejects.toMatchObject({ code: 'module_failed' })
  expect(used).toEqual(['stopped with base 1.1'])
})
