import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { config, environment, storeWorld } from '../../../../../test/support/store-world.ts'
import type { Json } from '../../primitives/json.ts'
import type { Edit } from '../edit.ts'
import { storeOverlays } from './store-overlays.ts'

const tenant = fc.constantFrom('a', 'b', 'c')
type Step =
  | { readonly kind: 'set'; readonly tenant: string; readonly value: number }
  | { readonly kind: 'unset' | 'active' | 'removed' | 'read' | 'list' | 'catch_up'; readonly tenant: string }
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), tenant, value: fc.nat(2) }),
  fc.record({ kind: fc.constantFrom('unset' as const, 'active' as const, 'removed' as const), tenant }),
  fc.record({ kind: fc.constantFrom('read' as const, 'list' as const, 'catch_up' as const), tenant }),
)

test('a listing calls everybody changed whose reading may give something else than the last one, and nobody for long', async () => {
  const run = async (steps: readonly Step[]) => {
    const { store, memory, clock } = storeWorld()
    const publish = async (edit: Edit) => {
      const { cursor: expected } = await memory.readEnvironment(environment)
      // Each step makes an edit; one that changes nothing, or sets values of somebody removed, is none.
      await memory.publish([edit], { author: 'dana', message: 'why', expected })
    }
    const overlays = storeOverlays({ store, environment })
    const reader = overlays.open({ clock, random: () => 0.5, shape: config.shape })
    const { signal } = new AbortController()
    const last = new Map<string, Json | undefined>()
    const read = async (of: string) => {
      const reading = await reader.read(of, signal)
      last.set(of, reading.kind === 'layer' ? reading.layer.tree : undefined)
    }
    const list = async () => {
      const listing = await reader.list(signal)
      return listing.kind === 'listed' ? listing.tenants : []
    }
    const take = async (each: Step) => {
      const scope = `${environment}/${each.tenant}`
      switch (each.kind) {
        case 'set':
          return publish({ scope, path: 'limits.rate', value: each.value })
        case 'unset':
          return publish({ scope, path: 'limits', remove: true })
        case 'active':
        case 'removed':
          return publish({ scope, state: each.kind })
        case 'read':
          return read(each.tenant)
        case 'catch_up':
          return reader.refresh?.(signal)
        case 'list': {
          await reader.refresh?.(signal)
          const { overlays: there } = await memory.readEnvironment(environment)
          for (const { tenant: listed, isChanged } of await list()) {
            const isSame = last.has(listed) && JSON.stringify(last.get(listed)) === JSON.stringify(there.get(listed))
            if (!isSame) expect(isChanged, listed).toBe(true)
          }
          return
        }
        default:
          each satisfies never
      }
    }
    for (const each of steps) await take(each)
    await reader.refresh?.(signal)
    for (const { tenant: listed, isChanged } of await list()) if (isChanged) await read(listed)
    expect((await list()).filter(({ isChanged }) => isChanged)).toEqual([])
    await reader.close()
  }
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 20 }), run), { numRuns: 300 })
}, 60_000)
