import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { isTrimtabError } from '../../errors/trimtab-error.ts'
import type { JsonObject } from '../../primitives/json.ts'
import { defineConfig } from '../../schema/define-config.ts'
import { dynamic, perTenant, secret } from '../../schema/marks.ts'
import type { TenantEvent } from '../../tenancy/overlay/tenant-events.ts'
import { createManualClock } from '../../testing/manual-clock.ts'
import { type ScriptedOverlaysOptions, scriptedOverlays } from '../../testing/scripted-overlays.ts'
import { createTestPlane, type TestPlaneOptions } from '../../testing/test-plane.ts'

const config = defineConfig(
  z
    .object({
      port: z.number().default(80),
      pool: dynamic(z.object({ max: z.number().default(10) })),
      limits: perTenant(
        z.object({ rate: z.number().default(100), burst: z.number().default(1), key: secret(z.string()).optional() }),
      ),
      extra: z.object({ on: dynamic(z.boolean().default(true)), note: perTenant(z.string()).optional() }).optional(),
    })
    .refine(({ limits, pool }) => limits.burst <= pool.max, {
      path: ['limits', 'burst'],
      message: 'is above pool.max',
    }),
)

async function start(
  trees: Readonly<Record<string, JsonObject>> = {},
  options: TestPlaneOptions<(typeof config)['schema']> & ScriptedOverlaysOptions = {},
) {
  const clock = createManualClock()
  const { unlisted, ...rest } = options
  const overlays = scriptedOverlays({ trees, unlisted })
  const lines: string[] = []
  const write = (line: string) => void lines.push(line)
  const logger = { debug() {}, info: write, warn: write, error: write }
  const plane = await createTestPlane(config, { clock, logger, ...rest, tenants: { overlays } })
  const events: TenantEvent[] = []
  plane.tenants.events.on((event) => void events.push(event))
  return { clock, overlays, plane, events, lines, settled: () => clock.advance(0) }
}

const kinds = (events: readonly TenantEvent[]) => events.map(({ kind }) => kind)

function codeOf(read: () => unknown): string | undefined {
  try {
    read()
  } catch (error) {
    if (isTrimtabError(error)) return error.code
    throw error
  }
  return undefined
}

test('a tenant reads its overlay above the shared configuration, and shares what it does not change', async () => {
  const { plane, overlays, settled } = await start({ acme: { limits: { rate: 5 } } })
  const acme = plane.tenants.get('acme')
  expect(acme.config.limits).toEqual({ rate: 5, burst: 1, key: undefined })
  expect(acme.config.pool).toBe(plane.config.pool)
  expect(Object.isFrozen(acme.config.limits)).toBe(true)
  expect(plane.tenants.get('globex').config).toBe(plane.config)

  overlays.set('acme', { limits: { rate: 6 } })
  await settled()
  expect(acme.config.limits.rate).toBe(6)
  expect(plane.tenants.get('acme')).toBe(acme)

  await plane.set({ pool: { max: 20 }, limits: { burst: 3 } })
  expect(acme.config.pool).toBe(plane.config.pool)
  expect(acme.config.limits).toEqual({ rate: 6, burst: 3, key: undefined })

  overlays.set('acme', undefined)
  await settled()
  expect(acme.config).toBe(plane.config)
  await plane.close()
})

test('a tenant that is held on to sees the first overlay that it gets', async () => {
  const { plane, overlays, settled } = await start()
  const acme = plane.tenants.get('acme')
  expect(acme.config.limits.rate).toBe(100)
  overlays.set('acme', { limits: { rate: 5 } })
  await settled()
  expect(acme.config.limits.rate).toBe(5)
  expect(plane.tenants.get('acme')).toBe(acme)
  expect(plane.tenants.run('acme', () => plane.tenants.current()?.config.limits.rate)).toBe(5)
  await plane.close()
})

describe('a broken overlay', () => {
  test('keeps its tenant on the last good one, loudly, until it is good again', async () => {
    const { plane, overlays, events, lines, settled } = await start({
      acme: { limits: { rate: 5 } },
      globex: { limits: { rate: 7 } },
    })
    const before = { acme: plane.tenants.get('acme').config, globex: plane.tenants.get('globex').config }
    overlays.set('acme', { limits: { rate: 'hunter2' } })
    await settled()
    expect(plane.tenants.get('acme').config).toBe(before.acme)
    expect(plane.tenants.get('globex').config).toBe(before.globex)
    expect(plane.tenants.status('acme').held).toMatchObject({ hasGood: true, problems: [{ path: 'limits.rate' }] })
    expect(plane.tenants.status('acme').lastOutcome?.status).toBe('refused')
    expect(kinds(events)).toEqual(['held', 'settled'])
    expect(lines.at(-1)).toMatch(/acme goes on with its last good configuration: .*limits\.rate: expected a number/)
    expect(JSON.stringify([lines, events])).not.toContain('hunter2')

    overlays.fail('acme', 'is half written')
    await settled()
    expect(plane.tenants.get('acme').config).toBe(before.acme)
    expect(plane.tenants.status('acme').lastOutcome?.status).toBe('unreadable')

    overlays.set('acme', { limits: { rate: 6 } })
    await settled()
    expect(plane.tenants.get('acme').config.limits.rate).toBe(6)
    expect(plane.tenants.status('acme').held).toBeUndefined()
    expect(kinds(events)).toContain('recovered')
    await plane.close()
  })

  test('at boot leaves its tenant with nothing, and never with what all share', async () => {
    const { plane, overlays, events, settled } = await start({
      acme: { pool: { max: 1 } },
      globex: { limits: { rate: 7 } },
    })
    const acme = plane.tenants.get('acme')
    expect(codeOf(() => acme.config)).toBe('tenant_invalid')
    expect(plane.tenants.get('globex').config.limits.rate).toBe(7)
    expect(plane.tenants.status('acme')).toMatchObject({ held: { hasGood: false }, hasOverlay: false, state: 'active' })
    const told: unknown[] = []
    plane.tenants.watch('limits.rate', ({ previous, next }) => told.push([previous, next]))
    overlays.set('acme', { limits: { rate: 5 } })
    await settled()
    expect(acme.config.limits.rate).toBe(5)
    // It had nothing, and not what all share.
    expect(told).toEqual([[undefined, 5]])
    const { lastOutcome } = plane.tenants.status('acme')
    expect(lastOutcome).toMatchObject({ status: 'applied', triggers: ['overlay'] })
    const changes = events.flatMap((event) => (event.kind === 'changed' ? [event.changes.toJSON()] : []))
    expect(changes).toMatchObject([[{ path: 'limits', kind: 'added' }, { path: 'pool' }, { path: 'port' }]])
    await plane.close()
  })

  test('at boot is looked at once, and not again for nothing', async () => {
    const { plane, overlays, settled } = await start({ acme: { pool: { max: 1 } } })
    await settled()
    expect(overlays.reads).toBe(1)
    await plane.close()
  })

  test('that says the same again is told of once', async () => {
    const { plane, overlays, events, settled } = await start({ acme: {} })
    for (let count = 0; count < 3; count += 1) {
      overlays.set('acme', { limits: { rate: null } })
      await settled()
    }
    expect(kinds(events)).toEqual(['held', 'settled', 'settled', 'settled'])
    expect(events.map((event) => (event.kind === 'settled' ? event.repeated : undefined))).toEqual([
      undefined,
      false,
      true,
      true,
    ])
    await plane.close()
  })

  test('that what all share has broken keeps the last good one, and comes back by itself', async () => {
    const { plane, events, settled } = await start({ acme: { limits: { burst: 5 } }, unread: { limits: { burst: 6 } } })
    const acme = plane.tenants.get('acme')
    const good = acme.config
    await plane.set({ pool: { max: 3 } })
    expect(plane.config.pool.max).toBe(3)
    expect(acme.config).toBe(good)
    expect(acme.config).toBe(good)
    expect(plane.tenants.get('unread').config.pool.max).toBe(10)
    expect(kinds(events)).toEqual(['held', 'held'])
    expect(plane.tenants.status('acme').held?.problems[0]?.message).toBe('is above pool.max')

    await plane.set({ pool: { max: 30 } })
    await settled()
    expect(acme.config).toMatchObject({ pool: { max: 30 }, limits: { burst: 5 } })
    expect(plane.tenants.status('acme').held).toBeUndefined()
    await plane.close()
  })

  test('that can not be read is tried again', async () => {
    const { plane, overlays, clock } = await start({ acme: { limits: { rate: 5 } } })
    overlays.fail('acme', 'is away')
    await clock.advance(0)
    const { reads } = overlays
    await clock.advance(2_000)
    expect(overlays.reads).toBeGreaterThan(reads)
    await plane.close()
    expect(clock.pending).toBe(0)
  })
})

describe('an overlay', () => {
  test.each<[string, JsonObject, string, string]>([
    ['a field that is not for tenants', { pool: { max: 1 } }, 'pool.max', 'not_allowed'],
    ['the value that such a field has anyway', { pool: { max: 10 } }, 'pool.max', 'not_allowed'],
    ['something else in the place of an object', { pool: null }, 'pool', 'not_allowed'],
    ['what is not for tenants beside what is', { extra: { note: 'a', on: false } }, 'extra.on', 'not_allowed'],
    ['what would come with an object that all have left out', { extra: { note: 'a' } }, 'extra', 'not_allowed'],
    ['a wrong type', { limits: { rate: 'x' } }, 'limits.rate', 'wrong_type'],
    ['what does not go with what all share', { limits: { burst: 11 } }, 'limits.burst', 'not_allowed'],
  ])('may not set %s', async (_, tree, path, code) => {
    const { plane, overlays, settled } = await start({ acme: {} })
    overlays.set('acme', tree)
    await settled()
    const { problems = [] } = plane.tenants.status('acme').lastOutcome ?? {}
    expect(problems.map((problem) => [problem.path, problem.code])).toContainEqual([path, code])
    expect(problems[0]?.origin?.source).toBe('tenants:scripted')
    expect(plane.tenants.get('acme').config).toBe(plane.config)
    await plane.close()
  })

  test('may name fields that the schema does not have, which are warned of', async () => {
    const { plane, overlays, lines, settled } = await start({ acme: {} })
    overlays.set('acme', { limits: { rate: 5, newer: 'hunter2' }, other: { a: 1 } })
    await settled()
    const outcome = plane.tenants.status('acme').lastOutcome
    expect(outcome?.status).toBe('applied')
    expect(outcome?.problems.map(({ severity, path }) => [severity, path])).toEqual([
      ['warning', 'limits.newer'],
      ['warning', 'other'],
    ])
    expect(plane.tenants.get('acme').config.limits).toEqual({ rate: 5, burst: 1, key: undefined })
    expect(JSON.stringify(lines)).not.toContain('hunter2')
    await plane.close()
  })

  test('has at most 10,000 entries', async () => {
    const { plane, overlays, settled } = await start({ acme: {} })
    overlays.set('acme', { many: Object.fromEntries(Array.from({ length: 10_001 }, (_, index) => [`k${index}`, 1])) })
    await settled()
    expect(plane.tenants.status('acme').lastOutcome).toMatchObject({
      status: 'refused',
      problems: [{ code: 'too_large' }],
    })
    await plane.close()
  })

  test('may refer only to what the allow-list names, and only in secret fields', async () => {
    const values = new Map([
      ['acme', 'hunter2-acme'],
      ['other', 'hunter2-other'],
    ])
    const resolver = {
      scheme: 'vault',
      resolve: async (name: string) => ({ ok: true as const, value: values.get(name) ?? '' }),
    }
    const references = { resolvers: [resolver], allow: { others: { vault: ['acme'] } } }
    const { plane, overlays, events, lines, settled } = await start(
      { acme: { limits: { key: '${vault:acme}' } } },
      { references },
    )
    const acme = plane.tenants.get('acme')
    expect(acme.config.limits.key?.reveal()).toBe('hunter2-acme')
    expect(plane.tenants.explain('acme', 'limits.key').value).toBe('${vault:acme}')

    overlays.set('acme', { limits: { key: '${vault:other}' } })
    await settled()
    expect(plane.tenants.status('acme').lastOutcome).toMatchObject({
      status: 'refused',
      problems: [{ code: 'reference_refused' }],
    })
    expect(acme.config.limits.key?.reveal()).toBe('hunter2-acme')

    overlays.set('acme', { limits: { rate: '${vault:acme}' } })
    await settled()
    expect(plane.tenants.status('acme').lastOutcome).toMatchObject({
      status: 'refused',
      problems: [{ path: 'limits.rate' }],
    })

    values.set('acme', 'hunter2-rotated')
    overlays.set('acme', { limits: { key: '${vault:acme}' } })
    await settled()
    expect(acme.config.limits.key?.reveal()).toBe('hunter2-rotated')
    expect(JSON.stringify([lines, events])).not.toContain('hunter2')
    await plane.close()
  })

  test('is read again when what it refers to rotates', async () => {
    let value = 'one'
    let wake = () => {}
    const resolver = {
      scheme: 'vault',
      resolve: async () => ({ ok: true as const, value }),
      async watch(_: string, woken: () => void, signal: AbortSignal) {
        wake = woken
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
      },
    }
    const references = { resolvers: [resolver], allow: { others: { vault: ['a*'] } } }
    const { plane, settled } = await start(
      { acme: { limits: { key: '${vault:a}' } }, globex: { limits: { rate: 1 } } },
      { references },
    )
    const globex = plane.tenants.get('globex').config
    value = 'two'
    wake()
    await settled()
    expect(plane.tenants.get('acme').config.limits.key?.reveal()).toBe('two')
    expect(plane.tenants.status('acme').lastOutcome?.triggers).toEqual(['reference'])
    expect(plane.tenants.get('globex').config).toBe(globex)
    await plane.close()
  })
})

test('explains a value of a tenant: who set it, and what it overrode', async () => {
  const { plane } = await start({ acme: { limits: { rate: 5 } } }, { tree: { limits: { rate: 50 } } })
  const { value, origin, contributions } = plane.tenants.explain('acme', 'limits.rate')
  expect(value).toBe(5)
  expect(origin?.source).toBe('tenants:scripted')
  expect(contributions.map((each) => [each.origin.source, each.value, each.wins])).toEqual([
    ['tenants:scripted', 5, true],
    [plane.sources[0]?.name, 50, false],
  ])
  expect(plane.tenants.explain('globex', 'limits.rate')).toMatchObject({
    value: 50,
    origin: { source: plane.sources[0]?.name },
  })
  expect(codeOf(() => plane.tenants.explain('acme', 'limits.rat'))).toBe('option_invalid')
  await plane.close()
})

test('says which tenants there are, and how they are', async () => {
  const { plane, overlays, events, settled } = await start({ acme: { limits: { rate: 5 } } })
  expect(plane.tenants.list()).toEqual(['acme'])
  overlays.set('globex', {})
  overlays.suspend('acme', true)
  await settled()
  expect(plane.tenants.states.map(({ tenant, state }) => [tenant, state])).toEqual([
    ['acme', 'suspended'],
    ['globex', 'active'],
  ])
  expect(plane.tenants.get('acme').config.limits.rate).toBe(5)
  overlays.set('globex', undefined)
  overlays.suspend('acme', false)
  await settled()
  expect(plane.tenants.list()).toEqual(['acme'])
  expect(
    events.flatMap((event) => (event.kind === 'state' ? [[event.tenant, event.previous, event.next]] : [])),
  ).toEqual([
    ['acme', 'active', 'suspended'],
    ['globex', 'unknown', 'active'],
    ['acme', 'suspended', 'active'],
    ['globex', 'active', 'unknown'],
  ])
  await plane.close()
})

test('names that can not be tenants, or not beside each other, are said and not read', async () => {
  const { plane, overlays, events, settled } = await start({ acme: { limits: { rate: 5 } }, '../x': {}, globex: {} })
  expect(plane.tenants.list()).toEqual(['acme', 'globex'])
  overlays.set('ACME', { limits: { rate: 6 } })
  await settled()
  expect(plane.tenants.get('acme').config.limits.rate).toBe(5)
  expect(plane.tenants.get('ACME').config).toBe(plane.config)
  expect(plane.tenants.status('acme').held?.problems[0]?.message).toBe('the tenants acme and ACME differ in case only')
  overlays.set('ACME', undefined)
  overlays.set('../x', undefined)
  await settled()
  expect(plane.tenants.status('acme').held).toBeUndefined()
  expect(plane.tenants.list()).toEqual(['acme', 'globex'])
  expect(events.filter(({ kind }) => kind === 'listing')).toMatchObject([{ problems: [] }])
  await plane.close()
})

test('a list that can not be read takes nobody away, and at boot is no list', async () => {
  const { plane, overlays, events, settled } = await start({ acme: { limits: { rate: 5 } } })
  overlays.failList('is gone')
  await settled()
  expect(plane.tenants.get('acme').config.limits.rate).toBe(5)
  expect(events).toMatchObject([{ kind: 'listing', problems: [{ message: 'is gone' }] }])
  await plane.close()

  const away = scriptedOverlays()
  away.failList('is gone')
  await expect(
    createTestPlane(config, { clock: createManualClock(), tenants: { overlays: away } }),
  ).rejects.toMatchObject({
    code: 'source_unreadable',
  })
})

test('where tenants have to be activated, one that is not listed never reads what all share', async () => {
  const { plane, overlays, settled } = await start({ acme: { limits: { rate: 5 } } }, { unlisted: 'not_active' })
  expect(plane.tenants.get('acme').config.limits.rate).toBe(5)
  const globex = plane.tenants.get('globex')
  expect(codeOf(() => globex.config)).toBe('tenant_not_active')
  overlays.set('globex', {})
  await settled()
  expect(globex.config).toBe(plane.config)
  await plane.close()
})

test('reloads a tenant, or all of them, when asked to', async () => {
  const { plane, overlays } = await start({ acme: { limits: { rate: 5 } }, globex: {} })
  const { reads } = overlays
  await expect(plane.tenants.reload('acme')).resolves.toMatchObject({ status: 'unchanged', triggers: ['manual'] })
  expect(overlays.reads).toBe(reads + 1)
  const outcomes = await plane.tenants.reloadAll()
  expect(outcomes.map(({ tenant }) => tenant).sort()).toEqual(['acme', 'globex'])
  expect(overlays.reads).toBe(reads + 3)
  await plane.close()
})

test('without the option there is a context, and all else says what to add', async () => {
  const plane = await createTestPlane(config, { clock: createManualClock() })
  expect(plane.tenants.get('acme').config).toBe(plane.config)
  expect(plane.tenants.run('acme', () => plane.tenants.current()?.id)).toBe('acme')
  for (const use of [
    () => plane.tenants.list(),
    () => plane.tenants.events,
    () => plane.tenants.watch('limits', () => {}),
    () => plane.tenants.explain('acme', 'limits'),
  ]) {
    expect(codeOf(use)).toBe('part_not_configured')
  }
  await expect(plane.tenants.reload('acme')).rejects.toMatchObject({ code: 'part_not_configured' })
  await plane.close()
  for (const tenants of [{}, { folder: 'a', overlays: scriptedOverlays() }, { folder: '' }, { folders: 'a' }]) {
    // What plain JavaScript may give.
    await expect(createTestPlane(config, { tenants: tenants as never })).rejects.toMatchObject({
      code: 'option_invalid',
    })
  }
})
