import { AsyncLocalStorage } from 'node:async_hooks'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createPlane, defineConfig, objectSource, perTenant } from 'trimtab'
import { z } from 'zod'
import { compared } from '../measure/compare.ts'
import { interleave, looped } from '../measure/interleave.ts'
import type { Measured } from '../measure/measured.ts'
import { inFolder } from '../subjects/folder.ts'

const field = z.number().default(0)
const config = defineConfig(z.object({ a: z.object({ b: z.object({ c: perTenant(field), d: field }), e: field }) }))
const values = { a: { b: { c: 1, d: 2 }, e: 3 } }
const tenants = ['acme', 'beta'] as const

/** What belongs to the tenants in turn, so that no assertion is the one before. */
const rows = tenants.map((tenant) => ({ tenant, resource: 'orders/1', operation: 'read' }))

/** Reading as a tenant, and asserting whose something is. The loops go back and forth between two of them. */
export function measure(): Promise<Measured> {
  return inFolder(async (folder) => {
    for (const [index, tenant] of tenants.entries())
      await writeFile(join(folder, `${tenant}.yaml`), `a: { b: { c: ${index} } }\n`)
    return measureWith(folder)
  })
}

async function measureWith(folder: string): Promise<Measured> {
  const start = (mode: 'strict' | 'disabled', own?: { readonly folder: string }) =>
    createPlane({ config, sources: [objectSource(values)], guard: { mode }, tenants: own, logger: false })
  const [plane, lax, overlaid] = [await start('strict'), await start('disabled'), await start('strict', { folder })]
  const storage = new AsyncLocalStorage<{ readonly config: typeof values }>()
  const stores = tenants.map(() => Object.freeze({ config: frozenValues() }))

  /** Half of the times inside one tenant, half inside the other: entering is no part of a read. */
  const halves = (inside: (index: number, loop: () => void) => void, once: () => number) =>
    looped((count) => {
      let sum = 0
      for (const index of [0, 1]) {
        inside(index, () => {
          for (let left = count / 2; left > 0; left -= 1) sum += once()
        })
      }
      return sum
    })
  const inTenant = (index: number, loop: () => void) => plane.tenants.run(tenants[index] ?? 'acme', loop)
  const inOverlay = (index: number, loop: () => void) => overlaid.tenants.run(tenants[index] ?? 'acme', loop)
  const inStore = (index: number, loop: () => void) => storage.run(stores[index] ?? { config: values }, loop)
  const asserting = ({ guard, tenants: { run } }: typeof plane) =>
    looped((count) => {
      for (const [index, tenant] of tenants.entries()) {
        const row = rows[index] ?? { tenant, resource: '', operation: '' }
        run(tenant, () => {
          for (let left = count / 2; left > 0; left -= 1) guard.assert(row)
        })
      }
    })

  const times = await interleave(
    {
      read: halves(inTenant, () => plane.tenants.current()?.config.a.b.c ?? 0),
      own: halves(inOverlay, () => overlaid.tenants.current()?.config.a.b.c ?? 0),
      floor: halves(inStore, () => storage.getStore()?.config.a.b.c ?? 0),
      assert: asserting(overlaid),
      disabled: asserting(lax),
    },
    { rounds: 61 },
  )
  await plane.close()
  await lax.close()
  await overlaid.close()

  const within = (name: string, took: readonly number[], nanoseconds: number) =>
    compared({
      name,
      unit: 'ns',
      times: took,
      peer: 'the bar',
      peerTimes: took.map(() => nanoseconds / 1e6),
      limit: { atMost: 1 },
    })
  const beside = (name: string, took: readonly number[]) =>
    compared({
      name,
      unit: 'ns',
      times: took,
      peer: 'getStore() and a path',
      peerTimes: times.floor,
      limit: { atMost: 2 },
    })
  return [
    beside('a tenant reads in its context', times.own),
    beside('a tenant without values of its own', times.read),
    within('guard.assert, allowed', times.assert, 50),
    within('guard.assert, disabled', times.disabled, 5),
  ]
}

function frozenValues() {
  const { a } = values
  return Object.freeze({ a: Object.freeze({ b: Object.freeze(a.b), e: a.e }) })
}
