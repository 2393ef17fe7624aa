import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { tempFolder } from '../../../../../test/support/temp-folder.ts'
import type { JsonObject } from '../../primitives/json.ts'
import { defineModule } from '../../modules/define-module.ts'
import { defineConfig } from '../../schema/define-config.ts'
import { perTenant, secret } from '../../schema/marks.ts'
import { objectSource } from '../../sources/object.ts'
import type { ReferenceResolver } from '../../sources/references/resolver.ts'
import { createManualClock } from '../../testing/manual-clock.ts'
import { scriptedOverlays } from '../../testing/scripted-overlays.ts'
import type { PlaneOptions } from '../options.ts'
import { createPlane } from '../create-plane.ts'

const config = defineConfig(
  z.object({
    limits: perTenant(
      z.object({
        rate: z.number().max(1_000).default(100),
        key: secret(z.string()).optional(),
        note: z.string().optional(),
      }),
    ),
  }),
)

/** Empty where it has been replaced since the folder was listed. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}

/** Processes, one after another, with one state folder. */
function machine() {
  const stateDir = tempFolder()
  const lines: string[] = []
  const write = (line: string) => void lines.push(line)
  const logger = { debug() {}, info: write, warn: write, error: write }
  const start = async (
    trees: Readonly<Record<string, JsonObject | string>>,
    options: Partial<PlaneOptions<(typeof config)['schema']>> = {},
  ) => {
    const clock = createManualClock()
    const overlays = scriptedOverlays()
    for (const [tenant, tree] of Object.entries(trees)) {
      if (typeof tree === 'string') overlays.fail(tenant, tree)
      else overlays.set(tenant, tree)
    }
    lines.splice(0)
    const tenants = { overlays }
    const base = { config, clock, logger, sources: [objectSource({})], stateDir, instance: 'one', tenants }
    const plane = await createPlane({ ...base, ...options })
    return { plane, clock, overlays, rate: (tenant: string) => plane.tenants.get(tenant).config.limits.rate }
  }
  const written = () => {
    const folder = join(stateDir, 'one')
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'))
    return files.map((name) => textOf(join(folder, name))).join('')
  }
  return { start, lines, written, stateDir }
}

test('a tenant that is broken at a start goes on with what it had in the process before, loudly', async () => {
  const { start, lines } = machine()
  const first = await start({ acme: { limits: { rate: 5 } }, globex: { limits: { rate: 6 } } })
  await first.plane.close()

  const second = await start({
    acme: 'is half written',
    globex: { limits: { rate: 'hunter2' } },
    hooli: { limits: { rate: 9_999 } },
  })
  const { plane, overlays, clock, rate } = second
  expect([rate('acme'), rate('globex')]).toEqual([5, 6])
  expect(() => rate('hooli')).toThrow(/no good one/)
  expect(plane.tenants.status('acme')).toMatchObject({
    state: 'active',
    hasOverlay: true,
    held: { hasGood: true, problems: [{ message: 'is half written' }] },
    lastOutcome: { status: 'unreadable', triggers: ['boot'] },
  })
  expect(plane.tenants.status('globex')).toMatchObject({ held: { hasGood: true }, lastOutcome: { status: 'refused' } })
  for (const tenant of ['acme', 'globex']) {
    expect(lines.join('\n')).toMatch(
      new RegExp(`The tenant ${tenant} is broken in .*go on with what was kept of it at 2026`),
    )
    expect(lines.join('\n')).toContain(`The tenant ${tenant} goes on with its last good configuration: `)
  }
  expect(lines.join('\n')).not.toContain('hunter2')

  overlays.set('acme', { limits: { rate: 7 } })
  overlays.set('globex', undefined)
  await clock.advance(0)
  expect([rate('acme'), rate('globex')]).toEqual([7, 100])
  expect(plane.tenants.status('acme').held).toBeUndefined()
  await plane.close()

  // What was deleted is not known any more, and what is broken was never good.
  const third = await start({ acme: 'is half written', globex: 'is half written', hooli: 'is half written' })
  expect(third.rate('acme')).toBe(7)
  expect(() => third.rate('globex')).toThrow(/no good one/)
  expect(() => third.rate('hooli')).toThrow(/no good one/)
  await third.plane.close()
})

test('what is in force is kept while the process runs, and a file that is gone is no mistake', async () => {
  const { start, written } = machine()
  const { plane, overlays, clock } = await start({ acme: { limits: { rate: 5 } } })
  overlays.set('acme', { limits: { rate: 8 } })
  overlays.set('globex', { limits: { rate: 'no' } })
  await clock.advance(5_000)
  while (!written().includes('"rate":8')) await new Promise((resolve) => setImmediate(resolve))
  expect(written()).not.toContain('globex')
  await plane.close()
  const next = await start({})
  expect(next.rate('acme')).toBe(100)
  expect(next.plane.tenants.list()).toEqual([])
  await next.plane.close()
})

test('one with a secret in clear is not kept, and that is said; one that refers to its secret is', async () => {
  const { start, lines, written } = machine()
  vi.stubEnv('KEY_GLOBEX', 'swordfish')
  onTestFinished(() => void vi.unstubAllEnvs())
  const options = { references: { allow: { env: ['KEY_*'] } } }
  const first = await start(
    { acme: { limits: { rate: 5, key: 'hunter2' } }, globex: { limits: { rate: 6, key: '${env:KEY_GLOBEX}' } } },
    options,
  )
  await first.clock.advance(5_000)
  await first.plane.close()
  expect(lines.join('\n')).toMatch(/Not kept in .*: the own values of acme \(limits\.key\)\. Where one is broken/)
  expect(written()).not.toMatch(/hunter2|swordfish/)
  expect(written()).not.toContain('acme')
  const second = await start({ acme: 'is half written', globex: 'is half written' }, options)
  expect(() => second.rate('acme')).toThrow(/no good one/)
  expect(second.rate('globex')).toBe(6)
  await second.plane.close()
})

test('nor is one into which somebody copied a secret of whomever', async () => {
  const { start, lines, written, stateDir } = machine()
  vi.stubEnv('KEY_GLOBEX', 'swordfish')
  onTestFinished(() => void vi.unstubAllEnvs())
  const references = { allow: { env: ['KEY_*'] } }
  const sources = [objectSource({ limits: { key: 'hunter2', note: 'never to be read' } })]
  const trees = {
    acme: { limits: { note: 'as for globex: swordfish' } },
    hooli: { limits: { note: 'hunter2' } },
    globex: { limits: { rate: 6, key: '${env:KEY_GLOBEX}' } },
  }
  const { plane, clock } = await start(trees, { references, sources })
  await clock.advance(60_000)
  await plane.close()
  expect(lines.join('\n')).toMatch(/the own values of acme \(limits\.note\), hooli \(limits\.note\)\./)
  const all = readdirSync(stateDir, { recursive: true, withFileTypes: true }).filter((file) => file.isFile())
  expect(all.map(({ parentPath, name }) => textOf(join(parentPath, name))).join('')).not.toMatch(/hunter2|swordfish/)
  expect(written()).toContain('globex')
})

test('what was good once and is not any more is not taken up, and nobody is told of it twice', async () => {
  const { start, lines } = machine()
  const first = await start({ acme: { limits: { rate: 500 } } })
  await first.plane.close()
  const told: string[] = []
  const strict = defineModule({
    name: 'limits',
    config: config.section('limits'),
    start: () => ({}),
    checkTenant({ tenant, next }) {
      told.push(tenant)
      if (next.rate > 200) throw new Error('is too much')
    },
    reloadTenant() {},
  })
  const second = await start({ acme: 'is half written' }, { modules: [strict] })
  expect(() => second.rate('acme')).toThrow(/is half written/)
  expect(second.plane.tenants.status('acme').held).toMatchObject({
    hasGood: false,
    problems: [{ message: 'is half written' }],
  })
  expect(told).toEqual(['acme'])
  expect(lines.filter((line) => line.includes('has no configuration'))).toHaveLength(1)
  await second.plane.close()
})

test('what was kept of a tenant that can have nothing now is there for the process after', async () => {
  const { start, written } = machine()
  const references = { allow: { env: ['KEY_*'] } }
  vi.stubEnv('KEY_ACME', 'swordfish')
  onTestFinished(() => void vi.unstubAllEnvs())
  const good = { limits: { rate: 7, key: '${env:KEY_ACME}' } }
  const first = await start({ acme: good, globex: { limits: { rate: 8 } } }, { references })
  await first.plane.close()

  vi.stubEnv('KEY_ACME', undefined)
  const second = await start({ acme: 'is half written', globex: 'is half written' }, { references })
  expect(() => second.rate('acme')).toThrow(/no good one/)
  expect(second.rate('globex')).toBe(8)
  second.overlays.set('globex', undefined)
  await second.clock.advance(5_000)
  await second.plane.close()
  expect(written()).not.toContain('globex')

  vi.stubEnv('KEY_ACME', 'swordfish')
  const third = await start({ acme: 'is half written' }, { references })
  expect(third.rate('acme')).toBe(7)
  third.overlays.set('acme', undefined)
  await third.clock.advance(0)
  await third.plane.close()
  expect(written()).not.toContain('acme')
})

test.each([true, false])(
  'what was kept is in force when what it refers to is there: told of that: %s',
  async (isTold) => {
    const { start, lines } = machine()
    let value: string | undefined = 'swordfish'
    let wake = () => {}
    const resolver: ReferenceResolver = {
      scheme: 'vault',
      async resolve() {
        return value === undefined
          ? { ok: false, error: { kind: 'unset', message: 'is not there' } }
          : { ok: true, value }
      },
      async watch(_, given, signal) {
        if (isTold) wake = given
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      },
    }
    const references = { resolvers: [resolver], allow: { others: { vault: ['acme'] } } }
    const first = await start({ acme: { limits: { rate: 7, key: '${vault:acme}' } } }, { references })
    await first.plane.close()

    value = undefined
    const { plane, clock, overlays, rate } = await start({ acme: 'is half written' }, { references, random: () => 0.5 })
    onTestFinished(async () => void (await plane.close()))
    const told: unknown[] = []
    plane.tenants.watch('limits.rate', ({ tenant, previous, next }) => told.push([tenant, previous, next]))
    await clock.advance(5_000)
    expect(() => rate('acme')).toThrow(/no good one/)
    expect(lines.filter((line) => line.includes('go on with what was kept of it'))).toHaveLength(1)

    value = 'swordfish'
    wake()
    await clock.advance(isTold ? 0 : 60_000)
    expect(rate('acme')).toBe(7)
    expect(told).toEqual([['acme', undefined, 7]])
    expect(plane.tenants.status('acme').held).toMatchObject({
      hasGood: true,
      problems: [{ message: 'is half written' }],
    })
    expect(lines.join('\n')).toContain('The tenant acme goes on with its last good configuration: ')
    overlays.set('acme', { limits: { rate: 8 } })
    await clock.advance(0)
    expect(rate('acme')).toBe(8)
  },
)

test('a tenant that left while it had nothing is not kept any longer', async () => {
  const { start, written } = machine()
  const first = await start({ acme: { limits: { rate: 500 } } })
  await first.plane.close()
  const strict = defineModule({
    name: 'limits',
    config: config.section('limits'),
    start: () => ({}),
    checkTenant({ next }) {
      if (next.rate > 200) throw new Error('is too much')
    },
    reloadTenant() {},
  })
  const second = await start({ acme: 'is half written' }, { modules: [strict] })
  await second.clock.advance(5_000)
  second.overlays.set('acme', undefined)
  await second.clock.advance(0)
  await second.plane.close()
  expect(written()).not.toContain('acme')
})

test('what was kept is for the owner alone; where it is damaged that is said, and nobody else is the worse for it', async () => {
  const { start, lines, stateDir } = machine()
  const first = await start({ acme: { limits: { rate: 7 } } })
  await first.plane.close()
  const name = readdirSync(stateDir, { recursive: true, encoding: 'utf8' }).find((file) =>
    file.endsWith('good-tenants.json'),
  )
  const file = join(stateDir, name ?? '')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const whole = readFileSync(file, 'utf8')
  for (const damaged of ['', '{}', 'null', whole.slice(0, -20), whole.replace('"rate":7', '"rate":9')]) {
    writeFileSync(file, damaged)
    rmSync(`${file}.previous`, { force: true })
    const next = await start({ acme: 'is half written', globex: { limits: { rate: 8 } } })
    expect(() => next.rate('acme'), damaged).toThrow(/no good one/)
    expect(next.rate('globex')).toBe(8)
    expect(lines.join('\n')).toMatch(/What was kept of tenants can't be used: .*good-tenants.json is damaged/)
    await next.plane.close()
  }
})

test('two processes of one name at once each keep their own', async () => {
  const { start, stateDir } = machine()
  const first = await start({ acme: { limits: { rate: 7 } } })
  const second = await start({ acme: { limits: { rate: 8 } } })
  await Promise.all([first.plane.close(), second.plane.close()])
  const kept = readdirSync(stateDir, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('good-tenants.json'),
  )
  const texts = kept.map((file) => readFileSync(join(stateDir, file), 'utf8'))
  expect(texts).toHaveLength(2)
  expect(texts.filter((text) => text.includes('"rate":7'))).toHaveLength(1)
})
