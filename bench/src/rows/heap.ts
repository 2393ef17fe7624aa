import { getEventListeners } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { createPlane, defineConfig, defineModule, dynamic, fileSource } from 'trimtab'
import { z } from 'zod'
import type { Measured } from '../measure/measured.ts'
import { inFolder } from '../subjects/folder.ts'

const reloads = 10_000
const warmUp = 200
const megabyte = 2 ** 20
const config = defineConfig(
  z.object({
    pool: dynamic(z.object({ max: z.number(), name: z.string() })),
    routes: dynamic(z.record(z.string(), z.number())),
  }),
)

function fileAt(revision: number): string {
  const routes = Array.from({ length: 20 }, (_, index) => `"route${(revision + index) % 500}": ${index}`)
  return `{ "pool": { "max": ${revision}, "name": "pool-${revision}" }, "routes": { ${routes.join(', ')} } }`
}

/** What a process keeps of 10,000 reloads: memory while the plane runs, handles and listeners when it is closed. */
export async function measure(): Promise<Measured> {
  const before = await left()
  const growth = await inFolder(async (folder) => {
    const path = join(folder, 'config.json')
    writeFileSync(path, fileAt(0))
    let applied = 0
    const pool = defineModule({
      name: 'pool',
      config: config.section('pool'),
      start: () => ({}),
      reload: () => {
        applied += 1
      },
    })
    const plane = await createPlane({ config, sources: [fileSource(path)], modules: [pool], logger: false })
    plane.watch('pool.max', () => {})
    const reloadTo = async (revision: number) => {
      writeFileSync(path, fileAt(revision))
      const { status } = await plane.reload()
      // The watcher may have been quicker.
      if (status !== 'full_success' && status !== 'unchanged') throw new Error(`A reload ended as ${status}.`)
    }
    for (let revision = 1; revision <= warmUp; revision += 1) await reloadTo(revision)
    const heapBefore = await heapUsed()
    for (let revision = warmUp + 1; revision <= warmUp + reloads; revision += 1) await reloadTo(revision)
    const heapAfter = await heapUsed()
    if (applied < reloads) throw new Error(`Only ${applied} reloads were applied.`)
    await plane.close()
    return heapAfter - heapBefore
  })
  const after = await left()
  return [
    row('10,000 reloads, heap', 'MB', growth / megabyte, 5),
    row('10,000 reloads, handles and listeners left', 'left', Math.max(0, after - before), 0),
  ]
}

/** A figure that stands beside nothing but its bound. */
function row(name: string, unit: 'MB' | 'left', value: number, atMost: number) {
  return { name, unit, value, peer: 'nothing kept', peerValue: 0, ratio: value, limit: { atMost } } as const
}

async function heapUsed(): Promise<number> {
  await setImmediate()
  globalThis.gc?.()
  await setImmediate()
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

/** Handles that are open and listeners of the process. */
async function left(): Promise<number> {
  await setImmediate()
  const listeners = process.eventNames().reduce((sum, name) => sum + getEventListeners(process, String(name)).length, 0)
  return process.getActiveResourcesInfo().length + listeners
}
