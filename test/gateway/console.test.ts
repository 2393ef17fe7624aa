import {
  createPlane,
  defineConfig,
  defineModule,
  dynamic,
  fileSource,
  memoryStore,
  objectSource,
  secret,
} from 'trimtab'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { createConsole } from '../../examples/gateway/src/console/console.ts'
import { createHiddenFiles } from '../../examples/gateway/src/console/hidden-files.ts'
import { gatewayStore } from '../../examples/gateway/src/store/open-store.ts'
import { seedStore } from '../../examples/gateway/src/store/seed.ts'
import { tempFolder } from '../support/temp-folder.ts'

const config = defineConfig(
  z.object({
    port: z.number().default(1),
    pool: dynamic(z.object({ max: z.number().max(100), min: z.number(), key: secret(z.string().optional()) })),
  }),
)

/** A plane over a file, a store that the file has seeded, and an argument; and what is printed. */
async function openTyping(above = {}) {
  const folder = tempFolder()
  const file = join(folder, 'seed.yaml')
  writeFileSync(file, 'pool: { max: 10, min: 2 }\n')
  const store = memoryStore()
  const pool = defineModule({
    name: 'pool',
    config: config.section('pool'),
    check({ next }) {
      if (next.max < next.min) throw new Error('min above max')
    },
    start: () => ({}),
  })
  const sources = [fileSource(file, { watch: false }), gatewayStore(store), objectSource(above, { name: 'above' })]
  const plane = await createPlane({ config, sources, modules: [pool], logger: false })
  onTestFinished(async () => {
    await plane.close()
    await store.close()
  })
  await store.registerSchema('gateway', '1', config.jsonSchema())
  const seeded = await seedStore(folder, store, plane)
  const lines: string[] = []
  let time = 0
  const type = createConsole({ plane, store, print: (line) => lines.push(line), now: () => (time += 6) })
  return {
    plane,
    store,
    folder,
    file,
    seeded,
    async type(text: string) {
      lines.length = 0
      await type(text)
      return [...lines]
    },
  }
}

it('is seeded once, and by nobody who comes later', async () => {
  const { seeded, store, plane, folder, file, type } = await openTyping()
  expect(seeded).toEqual(['the store is new: seed.yaml is its revision 1'])
  expect(plane.snapshot.generation).toBe(1)
  await type('set pool.max 20')
  writeFileSync(file, 'pool: { max: 30, min: 3 }\n')
  expect(await seedStore(folder, store, plane)).toEqual(['the store is at revision 2'])
  expect((await store.read('gateway/local')).tree).toEqual({ pool: { max: 20, min: 2 } })
})

it('publishes what is typed, and says when it is in force', async () => {
  const { type, plane } = await openTyping()
  expect(await type('set pool.max 20')).toEqual([
    'pool.max 10 → 20 in force (revision 2, generation 2) 6 ms after you typed it',
  ])
  expect(plane.config.pool.max).toBe(20)
  expect(await type('set pool.max 20')).toEqual(['the store says so already: nothing is published'])
  expect(await type('set pool { max: 30, min: 3 }')).toEqual([
    'pool.max 20 → 30 in force (revision 3, generation 3) 6 ms after you typed it',
    'pool.min 2 → 3 in force (revision 3, generation 3) 6 ms after you typed it',
  ])
  expect(await type('unset pool.max')).toEqual([
    'pool.max 30 → 10 in force (revision 4, generation 4) 6 ms after you typed it',
  ])
  expect(await type('rollback 2')).toEqual([
    'pool.max 10 → 20 in force (revision 5, generation 5) 6 ms after you typed it',
    'pool.min 3 → 2 in force (revision 5, generation 5) 6 ms after you typed it',
  ])
  expect(await type('set port 2')).toEqual(['port is published (revision 6), and waits for a restart: it stays 1'])
  expect(await type('unset port')).toEqual(['port is taken out of the store (revision 7), and stays 1'])
})

it('says who stands above the store', async () => {
  const { type } = await openTyping({ pool: { max: 7 } })
  expect(await type('set pool.max 20')).toEqual([
    'pool.max is published (revision 2), and object:above stands above the store: it stays 7',
  ])
})

it.each([
  ['set pool.max lots', 'refused by the gateway, and not published:', 'expected a number'],
  ['set pool.max 101', 'refused by the gateway, and not published:', 'expected'],
  ['set pool.max 1', 'refused by the gateway, and not published:', 'module pool: min above max'],
  ['set pool.key hunter2', 'refused by the store, and not published:', 'the store takes a reference there'],
  ['set pool.size 5', 'The schema has no pool.size. Did you mean pool.min?', ''],
  ['unset pool.size', 'the store says nothing about it: nothing is published', ''],
  ['set pool[ 5', 'expected set limits.requestsPerSecond 5; help says what there is', ''],
  ['rollback 99', expect.stringContaining('99'), ''],
])('refuses %j, and publishes nothing of it', async (text, first, second) => {
  const { type, store, plane } = await openTyping()
  const [title, detail = ''] = await type(text)
  expect(title).toEqual(first)
  expect(detail).toContain(second)
  expect(`${title}${detail}`).not.toContain('hunter2')
  expect((await store.read('gateway/local')).cursor.revision).toBe(1)
  expect(plane.snapshot.generation).toBe(1)
})

it('shows the store, a place and history', async () => {
  const { type } = await openTyping()
  await type('set pool.max 20')
  await type('set pool.key ${env:POOL_KEY}')
  expect(await type('show')).toEqual([
    'the store is at revision 2',
    '  says      pool.max 20 since revision 2',
    '  says      pool.min 2 since revision 1',
  ])
  expect(await type('show pool.max')).toEqual([
    'pool.max is 20',
    '  applies   20, by store:gateway/local revision 2 by terminal',
    expect.stringMatching(/^ {2}hidden {4}10, by .*seed\.yaml:1:14$/),
  ])
  expect(await type('show port')).toEqual(['port is 1', '  default   nobody says anything else'])
  expect(await type('history')).toEqual([
    expect.stringMatching(/^revision 2 by terminal, \d{4}-.*: set pool\.max$/),
    '  changed   pool.max 10 → 20',
    expect.stringMatching(/^revision 1 by seed, .*: What seed\.yaml said at the first start$/),
    '  changed   pool.max nothing → 10',
    '  changed   pool.min nothing → 2',
  ])
  expect((await type('help')).length).toBeGreaterThan(4)
})

it('takes lines one after another, however fast they are typed', async () => {
  const { type, plane } = await openTyping()
  await Promise.all([11, 12, 13, 14].map((max) => type(`set pool.max ${max}`)))
  expect(plane.config.pool.max).toBe(14)
})

it('tells once what a file says in vain', async () => {
  const { type, file, plane, store } = await openTyping()
  const hidden = createHiddenFiles(plane, store)
  expect(await hidden()).toEqual([])
  await type('set pool.max 20')
  // Whoever has typed it knows.
  expect(await hidden()).toEqual([])
  writeFileSync(file, 'pool: { max: 30, min: 2 }\n')
  await plane.reload()
  const told = [
    expect.stringMatching(
      /^ {2}hidden {4}.*seed\.yaml:1:14 says pool\.max 30, the store says 20 since revision 2: unset pool\.max lets/,
    ),
  ]
  expect(await hidden()).toEqual(told)
  expect(await hidden()).toEqual([])
  // At a start, all of it.
  expect(await createHiddenFiles(plane, store)()).toEqual(told)
  await type('unset pool.max')
  expect(await hidden()).toEqual([])
  expect(plane.config.pool.max).toBe(30)
})
