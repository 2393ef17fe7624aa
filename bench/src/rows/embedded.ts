import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { compared } from '../measure/compare.ts'
import { interleave } from '../measure/interleave.ts'
import type { Measured } from '../measure/measured.ts'
import { inFolder } from '../subjects/folder.ts'

const run = promisify(execFile)
const script = fileURLToPath(new URL('../embedded/open-process.js', import.meta.url))

interface Opened {
  readonly milliseconds: number
  readonly megabytes: number
}

async function open(what: 'store' | 'pglite', folder: string): Promise<Opened> {
  const { stdout } = await run(process.execPath, [script, what, folder])
  // What the script prints.
  return JSON.parse(stdout) as Opened
}

/** How long the embedded store takes until it has answered, each time in a new process, and how much memory it has then. */
export async function measure(): Promise<Measured> {
  return inFolder(async (folder) => {
    const at = (name: string) => join(folder, name)
    const memory: Record<'store' | 'pglite', number[]> = { store: [], pglite: [] }
    const warm = (what: 'store' | 'pglite') => async () => {
      const { milliseconds, megabytes } = await open(what, at(what))
      memory[what].push(megabytes)
      return milliseconds
    }
    const cold = (what: 'store' | 'pglite') => async () => {
      rmSync(at('new'), { recursive: true, force: true })
      return (await open(what, at('new'))).milliseconds
    }
    await open('store', at('store'))
    await open('pglite', at('pglite'))
    const warmTimes = await interleave({ store: warm('store'), pglite: warm('pglite') }, { rounds: 9, warmUp: 1 })
    const coldTimes = await interleave({ store: cold('store'), pglite: cold('pglite') }, { rounds: 5, warmUp: 0 })
    const [own, bare] = [median(memory.store), median(memory.pglite)]
    return [
      compared({
        name: 'open the embedded store',
        unit: 'ms',
        times: warmTimes.store,
        peer: 'PGlite alone',
        peerTimes: warmTimes.pglite,
        limit: { atMost: 1.5 },
      }),
      compared({
        name: 'open it in a new folder',
        unit: 'ms',
        times: coldTimes.store,
        peer: 'PGlite alone',
        peerTimes: coldTimes.pglite,
        limit: { atLeast: 3 },
      }),
      {
        name: 'memory of a process with it',
        unit: 'MB',
        value: own,
        peer: 'PGlite alone',
        peerValue: bare,
        ratio: own / bare,
        limit: { atMost: 1 },
      },
    ]
  })
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
