/** Whichever listing comes last, the one that was begun last says who there is. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { adopt } from '../../../model/share.ts'
import { sourceName } from '../../../model/source-name.ts'
import type { JsonObject } from '../../../primitives/json.ts'
import { type Deferred, deferred } from '../../../primitives/concurrency/deferred.ts'
import { defineConfig } from '../../../schema/define-config.ts'
import { perTenant } from '../../../schema/marks.ts'
import type { OverlayListing, OverlaySource } from '../../../sources/overlays/overlay-source.ts'
import { createManualClock } from '../../../testing/manual-clock.ts'
import { createTestPlane } from '../../../testing/test-plane.ts'

const config = defineConfig(z.object({ limits: perTenant(z.object({ rate: z.number().default(100) })) }))
const name = sourceName('tenants', 'slow')
const names = ['acme', 'globex'] as const

interface Held {
  readonly tree: JsonObject
  readonly state: 'active' | 'suspended'
  readonly version: number
}

/** A source whose listings come when they are let go, with what was there when they began. */
function slowSource() {
  const held = new Map<string, Held>()
  const seen = new Map<string, number>()
  const waiting: { readonly listing: OverlayListing; readonly end: Deferred<OverlayListing> }[] = []
  let isSlow = false
  let version = 0
  const put = (tenant: string, rate: number, state: Held['state']) => {
    version += 1
    held.set(tenant, { tree: adopt({ limits: { rate } }), state, version })
  }
  const listing = (): OverlayListing => ({
    kind: 'listed',
    tenants: [...held].map(([tenant, { state, version: newest }]) => {
      return { tenant, state, isChanged: seen.get(tenant) !== newest, origin: { source: name } }
    }),
    warnings: [],
  })
  const source: OverlaySource = {
    name,
    unlisted: 'shared',
    open: () => ({
      async list() {
        if (!isSlow) return listing()
        const end = deferred<OverlayListing>()
        waiting.push({ listing: listing(), end })
        return end.promise
      },
      async read(tenant) {
        const found = held.get(tenant)
        if (found === undefined)
          return { kind: 'absent', problem: { code: 'absent', severity: 'error', message: 'is not there' } }
        seen.set(tenant, found.version)
        return {
          kind: 'layer',
          layer: { source: name, tree: found.tree, digest: '', locate: () => undefined },
          warnings: [],
        }
      },
      async close() {},
    }),
  }
  return {
    source,
    held,
    put,
    drop: (tenant: string) => void held.delete(tenant),
    slow: () => void (isSlow = true),
    /** Lets the listing at that place go, counted among those that wait. */
    letGo(place: number) {
      const [next] = waiting.splice(place % Math.max(1, waiting.length), 1)
      next?.end.resolve(next.listing)
    },
    get waiting() {
      return waiting.length
    },
  }
}

async function open() {
  const clock = createManualClock()
  const slow = slowSource()
  slow.put('acme', 1, 'active')
  const plane = await createTestPlane(config, { clock, tenants: { overlays: slow.source } })
  slow.slow()
  const turn = () => clock.advance(0)
  /** The newest first, then whatever else waits, in that order; and those that are asked for again meanwhile. */
  const finish = async (order: readonly number[]) => {
    slow.letGo(slow.waiting - 1)
    await turn()
    for (let index = 0; slow.waiting > 0; index += 1) {
      slow.letGo(order[index] ?? 0)
      await turn()
    }
  }
  return { plane, tenants: plane.tenants, slow, turn, finish }
}

const command = fc.oneof(
  fc.record({
    kind: fc.constant('put' as const),
    tenant: fc.constantFrom(...names),
    rate: fc.integer({ min: 2, max: 9 }),
    state: fc.constantFrom('active' as const, 'suspended' as const),
  }),
  fc.record({ kind: fc.constant('drop' as const), tenant: fc.constantFrom(...names) }),
  fc.record({ kind: fc.constant('list' as const), tenant: fc.constantFrom('everybody' as const, 'hooli' as const) }),
  fc.record({ kind: fc.constant('end' as const), place: fc.nat(5) }),
)
type Command = typeof command extends fc.Arbitrary<infer Value> ? Value : never

async function obey({ tenants, slow, turn }: Awaited<ReturnType<typeof open>>, commands: readonly Command[]) {
  const asked: Promise<unknown>[] = []
  for (const each of commands) {
    switch (each.kind) {
      case 'put':
        slow.put(each.tenant, each.rate, each.state)
        break
      case 'drop':
        slow.drop(each.tenant)
        break
      case 'list':
        asked.push(each.tenant === 'hooli' ? tenants.activate('hooli') : tenants.reloadAll())
        break
      case 'end':
        slow.letGo(each.place)
        break
      default:
        each satisfies never
    }
    await turn()
  }
  return asked
}

test('a listing that comes late never touches what a later one has said', async () => {
  const run = async (commands: readonly Command[], order: readonly number[]) => {
    const world = await open()
    const { plane, tenants, slow, turn, finish } = world
    const asked = await obey(world, commands)
    const last = tenants.reloadAll()
    await turn()
    await finish(order)
    await Promise.all([...asked, last])
    const others = commands.some((each) => each.kind === 'list' && each.tenant === 'hooli') ? ['hooli'] : []
    expect([...tenants.list()].sort()).toEqual([...slow.held.keys(), ...others].sort())
    for (const tenant of names) {
      const there = slow.held.get(tenant)
      expect(tenants.status(tenant)).toMatchObject({
        state: there?.state ?? 'unknown',
        hasOverlay: there !== undefined,
      })
      expect({ limits: tenants.get(tenant).config.limits }).toEqual(there?.tree ?? { limits: { rate: 100 } })
    }
    await plane.close()
  }
  await fc.assert(fc.asyncProperty(fc.array(command, { maxLength: 14 }), fc.array(fc.nat(5), { maxLength: 8 }), run), {
    numRuns: 150,
  })
}, 60_000)

test('nor does it end what was decided after it had begun', async () => {
  const step = fc.constantFrom('activate' as const, 'suspend' as const, 'remove' as const)
  const run = async (
    commands: readonly Command[],
    decision: 'activate' | 'suspend' | 'remove',
    order: readonly number[],
  ) => {
    const world = await open()
    const { plane, tenants, slow, turn, finish } = world
    const asked = await obey(world, commands)
    const wasKnown = tenants.status('acme').state !== 'unknown'
    const decided = tenants[decision]('acme')
    await turn()
    await finish(order)
    await Promise.all([...asked, decided])
    const there = slow.held.has('acme')
    const expected = { activate: 'active', suspend: wasKnown ? 'suspended' : 'any', remove: 'unknown' }[decision]
    if (expected !== 'any') expect(tenants.status('acme').state).toBe(expected)
    if (decision === 'activate') expect(tenants.status('acme').hasOverlay).toBe(there)
    // What is listed once more says nothing new.
    const again = tenants.reloadAll()
    await turn()
    await finish([])
    await again
    if (expected !== 'any') expect(tenants.status('acme').state).toBe(expected)
    await plane.close()
  }
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 12 }), step, fc.array(fc.nat(5), { maxLength: 8 }), run),
    { numRuns: 150 },
  )
}, 60_000)
