import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  createPlane,
  defineConfig,
  directorySource,
  dynamic,
  fileSource,
  type JsonObject,
  objectSource,
  printOrigin,
  secret,
} from 'trimtab'
import { createRecording, createTestPlane } from 'trimtab/testing'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { nextOutcome } from '../support/next-event.ts'
import { tempFolder } from '../support/temp-folder.ts'

const config = defineConfig(
  z.object({
    db: dynamic(z.object({ max: z.number().default(10), password: secret(z.string()).optional() })),
    dbx: dynamic(z.object({ max: z.number().default(10) })),
    any: dynamic(z.unknown()).optional(),
  }),
)

async function bootFile(text: string, options: { readonly watch?: boolean } = {}) {
  const file = join(tempFolder(), 'config.yaml')
  writeFileSync(file, text)
  const recording = createRecording()
  const module = (name: 'db' | 'dbx') => recording.module({ name, config: config.section(name), reloads: true })
  const plane = await createPlane({
    config,
    sources: [fileSource(file, { watch: options.watch ?? false, settle: 20 })],
    modules: [module('db'), module('dbx')],
    logger: false,
  })
  onTestFinished(() => void plane.close())
  recording.clear()
  return { file, plane, recording }
}

test('identical bytes and changed comments wake no module and no reader, and lines are those of the file as it is', async () => {
  const text = 'db:\n  max: 5\n'
  const { file, plane, recording } = await bootFile(text)
  const { snapshot } = plane
  let woken = 0
  plane.watch('db', () => (woken += 1))
  plane.watch(
    (all) => all,
    () => (woken += 1),
  )

  for (const next of [text, `# a comment\n${text}`, 'db: { max: 5 } # the same\n']) {
    writeFileSync(file, next)
    expect((await plane.reload()).status).toBe('unchanged')
  }
  expect(plane.snapshot).toBe(snapshot)
  expect([woken, recording.calls]).toEqual([0, []])

  writeFileSync(file, `# one\n# two\n${text}`)
  await plane.reload()
  const { origin } = plane.explain('db.max')
  expect(origin && printOrigin(origin)).toBe(`${file}:4:8`)
})

test('half a file is told once and touches nothing, and the whole one applies without another edit', async () => {
  const { file, plane, recording } = await bootFile('db: { max: 5 }\n', { watch: true })
  const told: string[] = []
  plane.events.on((event) => {
    if (event.type === 'dev.trimtab.reload.completed' && !event.data.repeated) told.push(event.data.status)
  })
  const { snapshot } = plane

  const broken = nextOutcome(plane, 'load_failed', 'validation_failed')
  writeFileSync(file, 'db: { max: 7\n')
  const { problems } = await broken
  expect(problems[0]?.origin && printOrigin(problems[0].origin)).toContain(`${file}:`)
  await plane.reload()
  expect(plane.snapshot).toBe(snapshot)
  expect(recording.calls).toEqual([])

  const whole = nextOutcome(plane, 'full_success')
  writeFileSync(file, 'db: { max: 7 }\n')
  await whole
  expect(plane.config.db.max).toBe(7)
  expect(told).toEqual(['load_failed', 'full_success'])
})

test('a change of an included file is seen, and its values name that file', async () => {
  const folder = tempFolder()
  writeFileSync(join(folder, 'a.yaml'), 'db: { max: 1 }\n')
  writeFileSync(join(folder, 'b.yaml'), 'dbx: { max: 1 }\n')
  const plane = await createPlane({ config, sources: [directorySource(folder, { settle: 20 })], logger: false })
  onTestFinished(() => void plane.close())

  const seen = nextOutcome(plane, 'full_success')
  writeFileSync(join(folder, 'b.yaml'), 'dbx: { max: 2 }\ndb: { max: 3 }\n')
  const outcome = await seen
  expect(outcome.triggers).toEqual(['file'])
  expect([plane.config.db.max, plane.config.dbx.max]).toEqual([3, 2])
  const { origin, contributions } = plane.explain('db.max')
  expect(origin && printOrigin(origin)).toBe(`${join(folder, 'b.yaml')}:2:12`)
  expect(contributions.map(({ value, wins }) => [value, wins])).toContainEqual([3, true])
})

test('a change of a referenced file is seen, names the file, and reloads exactly its users', async () => {
  const folder = tempFolder()
  const secretFile = join(folder, 'password')
  writeFileSync(secretFile, 'first-s3cret')
  const { plane, recording } = await bootFile(`db: { password: "\${file:${secretFile}}" }\n`)

  const seen = nextOutcome(plane, 'full_success')
  writeFileSync(`${secretFile}.new`, 'second-s3cret')
  renameSync(`${secretFile}.new`, secretFile)
  const outcome = await seen

  if (outcome.status !== 'full_success') throw new Error(outcome.status)
  expect(outcome.triggers).toEqual(['reference'])
  expect(outcome.changes.summary().join()).toContain(`\${file:${secretFile}}`)
  expect(plane.config.db.password?.reveal()).toBe('second-s3cret')
  expect(recording.calls.map(({ module, hook }) => `${module} ${hook}`)).toEqual(['db check', 'db reload'])
})

test('when a source is taken away the values below it return, and no object that was given has changed', async () => {
  const folder = tempFolder()
  mkdirSync(folder, { recursive: true })
  const top = join(folder, 'top.yaml')
  writeFileSync(top, 'db: { max: 7 }\ndbx: { max: 8 }\n')
  const given = deepFreeze({ db: { max: 1 }, dbx: { max: 2 } })
  const before = JSON.stringify(given)
  const sources = [objectSource(given), fileSource(top, { optional: true, watch: false, settle: 1 })]
  const plane = await createPlane({ config, sources, logger: false })
  onTestFinished(() => void plane.close())
  expect([plane.config.db.max, plane.config.dbx.max]).toEqual([7, 8])

  writeFileSync(top, 'dbx: { max: 8 }\n')
  await plane.reload()
  expect([plane.config.db.max, plane.config.dbx.max]).toEqual([1, 8])
  renameSync(top, `${top}.away`)
  await plane.reload()
  expect([plane.config.db.max, plane.config.dbx.max]).toEqual([1, 2])
  expect(JSON.stringify(given)).toBe(before)
})

const trees: readonly JsonObject[] = [
  { any: null },
  {},
  { any: {} },
  { any: [] },
  { any: 9_007_199_254_740_991 },
  { any: [1, 2, 3] },
  { any: [0, 1, 2, 3] },
  { any: [3, 0, 1, 2] },
  { any: { a: null } },
  { any: { a: [], b: {} } },
  { any: false },
  { any: '' },
  { any: 0 },
]

test('null, absent, empty, large, lists that grow and move: each is one typed change, and two runs give equal bytes', async () => {
  const run = async () => {
    const plane = await createTestPlane(config, {})
    const texts: string[] = []
    const changes: unknown[] = []
    for (const tree of trees) {
      const outcome = await plane.set(tree)
      if (outcome.status !== 'full_success') throw new Error(outcome.status)
      changes.push(...[...outcome.changes].map((change) => ({ ...change })))
      texts.push(JSON.stringify(outcome.changes), ...outcome.changes.summary())
    }
    await plane.close()
    return { changes, text: texts.join('\n') }
  }
  const [first, second] = [await run(), await run()]

  expect(second.text).toBe(first.text)
  const path = 'any'
  expect(first.changes).toEqual([
    { kind: 'added', path, next: null },
    { kind: 'removed', path, previous: null },
    { kind: 'added', path, next: {} },
    { kind: 'modified', path, previous: {}, next: [] },
    { kind: 'modified', path, previous: [], next: 9_007_199_254_740_991 },
    { kind: 'modified', path, previous: 9_007_199_254_740_991, next: [1, 2, 3] },
    { kind: 'modified', path, previous: [1, 2, 3], next: [0, 1, 2, 3] },
    { kind: 'modified', path, previous: [0, 1, 2, 3], next: [3, 0, 1, 2] },
    { kind: 'modified', path, previous: [3, 0, 1, 2], next: { a: null } },
    { kind: 'modified', path: 'any.a', previous: null, next: [] },
    { kind: 'added', path: 'any.b', next: {} },
    { kind: 'modified', path, previous: { a: [], b: {} }, next: false },
    { kind: 'modified', path, previous: false, next: '' },
    { kind: 'modified', path, previous: '', next: 0 },
  ])
})

test('a section is not another one whose name begins the same', async () => {
  const { file, plane, recording } = await bootFile('db: { max: 5 }\ndbx: { max: 5 }\n')
  const heard: string[] = []
  plane.watch('db', () => heard.push('db'))
  plane.watch('dbx.max', () => heard.push('dbx.max'))

  writeFileSync(file, 'db: { max: 5 }\ndbx: { max: 6 }\n')
  const outcome = await plane.reload()

  if (outcome.status !== 'full_success') throw new Error(outcome.status)
  expect(outcome.modules.map(({ module, status }) => [module, status])).toEqual([
    ['db', 'skipped'],
    ['dbx', 'applied'],
  ])
  expect([outcome.changes.has('db'), outcome.changes.under('db').size]).toEqual([false, 0])
  expect([outcome.changes.has('dbx'), outcome.changes.under('dbx').size]).toEqual([true, 1])
  expect(heard).toEqual(['dbx.max'])
  expect(recording.calls.map(({ module }) => module)).toEqual(['dbx', 'dbx'])
})

function deepFreeze<T extends object>(value: T): T {
  for (const child of Object.values(value)) if (typeof child === 'object' && child !== null) deepFreeze(child)
  return Object.freeze(value)
}
