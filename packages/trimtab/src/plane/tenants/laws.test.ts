import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { mergeTrees } from '../../model/merge.ts'
import { adopt } from '../../model/share.ts'
import { cloneJson, isJsonObject, type JsonObject } from '../../primitives/json.ts'
import { defineConfig } from '../../schema/define-config.ts'
import { dynamic, perTenant } from '../../schema/marks.ts'
import { createManualClock } from '../../testing/manual-clock.ts'
import { scriptedOverlays } from '../../testing/scripted-overlays.ts'
import { createTestPlane } from '../../testing/test-plane.ts'

const number = () => z.number().max(9)
const config = defineConfig(
  z
    .object({
      pool: dynamic(z.object({ max: number().default(9) })),
      limits: perTenant(
        z.object({
          rate: number().default(1),
          deep: z.object({ a: number().default(1), b: z.array(number()).default([]) }),
          routes: z.record(z.string(), z.object({ weight: number().default(1) })).default({}),
        }),
      ),
    })
    // So that a change of what all share can break an overlay, and mend it.
    .refine(({ pool, limits }) => limits.rate <= pool.max),
)

// 10 is not valid, so that some trees are broken.
const value = fc.integer({ min: 0, max: 10 })
const key = fc.constantFrom('x', 'y')
const partial = <T extends object>(arbitraries: { [Name in keyof T]: fc.Arbitrary<T[Name]> }) =>
  fc.record(arbitraries, { requiredKeys: [] })
const limits = partial({
  rate: value,
  deep: partial({ a: value, b: fc.array(value, { maxLength: 2 }) }),
  routes: fc.dictionary(key, partial({ weight: value }), { maxKeys: 2 }),
})
const overlay = fc.option(partial({ limits }), { nil: undefined })
const shared = partial({ pool: partial({ max: value }), limits })

const tenants = ['a', 'b', 'c'] as const
const step = fc.oneof(
  fc.record({ tenant: fc.constantFrom(...tenants), tree: overlay }),
  fc.record({ tree: shared }),
  fc.record({ read: fc.constantFrom(...tenants) }),
)

/** Dictionaries without a prototype are plain trees here. */
function json(drawn: unknown): JsonObject {
  // It was made of plain objects, arrays and numbers.
  return adopt(cloneJson(JSON.parse(JSON.stringify(drawn))) as JsonObject)
}

function expected(base: JsonObject, above: JsonObject): unknown {
  const { tree } = mergeTrees([base, above])
  const parsed = config.schema.safeParse(JSON.parse(JSON.stringify(tree)))
  return parsed.success ? parsed.data : undefined
}

function plain(read: unknown): unknown {
  return JSON.parse(JSON.stringify(read))
}

/** Every object below `next` that is equal to the one at the same place of `base` is that one. */
function expectShared(next: unknown, base: unknown): void {
  if (typeof next !== 'object' || next === null || typeof base !== 'object' || base === null) return
  if (JSON.stringify(next) === JSON.stringify(base)) {
    expect(next).toBe(base)
    return
  }
  if (Array.isArray(next) || Array.isArray(base)) return
  // Neither is null nor an array.
  for (const [name, child] of Object.entries(next)) expectShared(child, (base as Record<string, unknown>)[name])
}

test('a tenant reads what all share with its own above, or the last that was valid, whatever happens in whichever order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const clock = createManualClock()
      const overlays = scriptedOverlays()
      const plane = await createTestPlane(config, { clock, random: () => 0, tenants: { overlays } })
      let base: JsonObject = json({})
      /** What is in force for each: its overlay, and what it has read last. */
      const own = new Map<string, JsonObject>()
      const waiting = new Map<string, JsonObject | undefined>()
      const good = new Map<string, unknown>(tenants.map((tenant) => [tenant, expected(base, json({}))]))

      for (const each of steps) {
        if ('read' in each) plane.tenants.get(each.read)
        else if ('tenant' in each) {
          const tree = each.tree === undefined ? undefined : json(each.tree)
          overlays.set(each.tenant, tree)
          waiting.set(each.tenant, tree)
        } else {
          const tree = json(each.tree)
          if (expected(json({}), tree) !== undefined) base = tree
          await plane.set(tree)
        }
        await clock.advance(0)
        for (const tenant of tenants) {
          if (waiting.has(tenant)) {
            const tree = waiting.get(tenant)
            if (expected(base, tree ?? json({})) !== undefined) {
              if (tree === undefined) own.delete(tenant)
              else own.set(tenant, tree)
              waiting.delete(tenant)
            }
          }
          const now = expected(base, own.get(tenant) ?? json({}))
          if (now !== undefined) good.set(tenant, now)
          const { config: read } = plane.tenants.get(tenant)
          expect(plain(read)).toEqual(plain(good.get(tenant)))
          if (now !== undefined) expectShared(read, plane.config)
          expect(plane.tenants.status(tenant).held !== undefined).toBe(waiting.has(tenant) || now === undefined)
        }
      }
      await plane.close()
      expect(clock.pending).toBe(0)
    }),
    { numRuns: 100 },
  )
}, 60_000)

test("one tenant's broken overlay leaves 999 others as they are, in reads and in updates", async () => {
  const clock = createManualClock()
  const ids = Array.from({ length: 1_000 }, (_, index) => `t${index}`)
  const tree = (rate: number) => ({ limits: { rate } })
  const overlays = scriptedOverlays({ trees: Object.fromEntries(ids.map((id, index) => [id, tree(index % 9)])) })
  const plane = await createTestPlane(config, { clock, tree: { pool: { max: 9 } }, tenants: { overlays } })
  const woken: string[] = []
  plane.tenants.watch('limits', ({ tenant }) => woken.push(tenant))
  const told: string[] = []
  plane.events.on(({ type, subject }) => void told.push(`${type} ${subject}`))
  const configs = () => ids.map((id) => plane.tenants.get(id).config)
  const before = configs()

  overlays.set('t500', tree(10))
  await clock.advance(0)
  overlays.fail('t500', 'is half written')
  await clock.advance(0)
  configs().forEach((config_, index) => expect(config_).toBe(before[index]))
  expect(woken).toEqual([])
  expect(plane.tenants.states.filter(({ held }) => held !== undefined).map(({ tenant }) => tenant)).toEqual(['t500'])
  // Loudly, for each of its two reasons, and of nobody else.
  const loud = ['dev.trimtab.tenant.held t500', 'dev.trimtab.tenant.completed t500']
  expect(told).toEqual([...loud, ...loud])
  expect(plane.tenants.status('t500')).toMatchObject({
    held: { hasGood: true, problems: [{ message: 'is half written' }] },
  })

  overlays.set('t501', tree(9))
  await clock.advance(0)
  expect(woken).toEqual(['t501'])
  await plane.set({ pool: { max: 9 }, limits: { deep: { a: 2 } } })
  const after = configs()
  expect(after.every(({ pool }) => pool === plane.config.pool)).toBe(true)
  // Its last good overlay goes on, above what all share now.
  expect(after[500]?.limits.rate).toBe(500 % 9)
  expect(after[501]?.limits.rate).toBe(9)
  expect(isJsonObject(plane.snapshot.resolved)).toBe(true)
  await plane.close()
})
