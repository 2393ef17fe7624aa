import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openStateDir } from '../../packages/trimtab/src/plane/state/state-dir.ts'
import { hearingLogger } from '../support/hearing-logger.ts'
import { stateOptions } from '../support/state-folder.ts'
import { tempFolder } from '../support/temp-folder.ts'

const points = process.env['TRIMTAB_SOAK'] === '1' ? 1_000 : 100
/** Starting a process takes many times as long as killing it: the next ones start while one is looked at. */
const warm = 3
const script = fileURLToPath(new URL('./state-dir-writer.ts', import.meta.url))

/** The numbers of the last writes that were told to have succeeded; undefined where none was. */
interface Told {
  readonly folder: string | undefined
  readonly begun: number | undefined
  readonly stable: number | undefined
  readonly aside: number | undefined
}

class Writer {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  readonly #ready: Promise<unknown>
  #text = ''
  #heard = () => {}

  constructor() {
    this.#child = spawn(process.execPath, ['--import', 'tsx', script], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#child.stdout.setEncoding('utf8')
    this.#child.stdout.on('data', (text: string) => {
      this.#text += text
      this.#heard()
    })
    this.#child.stdin.on('error', () => {})
    this.#ready = once(this.#child.stdout, 'data')
  }

  /**
   * Lets it write from a number on until a random moment, and kills it. Gives what it has said by then. Every other moment
   * follows a random write, however fast the machine is; the rest follow the order to begin, so that opening is hit too.
   */
  async writeAndDie(path: string, from: number, afterWrite: boolean): Promise<Told> {
    await this.#ready
    this.#child.stdin.write(`${path}\t${from}\n`)
    if (afterWrite) await this.#said(2 + Math.floor(Math.random() * 12))
    await this.#busyFor(Math.random() * (afterWrite ? 4 : 25))
    await this.end()
    const last = (word: string) => {
      const said = [...this.#text.matchAll(new RegExp(`^${word} (\\d+)$`, 'gm'))].at(-1)?.[1]
      return said === undefined ? undefined : Number(said)
    }
    const folder = /^folder (.*)$/m.exec(this.#text)?.[1]
    return { folder, begun: last('begun'), stable: last('stable'), aside: last('aside') }
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#child.kill('SIGKILL')
    await once(this.#child, 'close')
  }

  /** Waits for so many lines, `ready` and the folder among them. */
  async #said(lines: number): Promise<void> {
    while (this.#text.split('\n').length <= lines) await new Promise<void>((resolve) => (this.#heard = resolve))
  }

  /** Whole milliseconds would always hit the same places of a loop that takes a few of them. */
  async #busyFor(milliseconds: number): Promise<void> {
    const until = performance.now() + milliseconds
    while (performance.now() < until) await new Promise((resolve) => setImmediate(resolve))
  }
}

describe('the state folder of a process that is killed', () => {
  it(`can be read after each of ${points} kills, and has what was written last or what was being written`, async () => {
    const path = tempFolder()
    const writers = Array.from({ length: warm }, () => new Writer())
    onTestFinished(() => Promise.all(writers.map((writer) => writer.end())).then(() => undefined))
    /** What the folder held at the last look. */
    let held = { stable: 0, aside: 0 }
    let interrupted = 0

    for (let point = 0; point < points; point += 1) {
      const writer = writers.shift()
      if (writer === undefined) throw new Error('there are always writers')
      if (point + warm < points) writers.push(new Writer())
      const from = held.stable + 1
      const told = await writer.writeAndDie(path, from, point % 2 === 0)
      const found = await look(path)
      const context = `after ${JSON.stringify({ from, told, held, found })}`

      // Nobody else holds the slot: the lock has ended with its process. Nothing is damaged, so nothing is said.
      expect(found, context).toMatchObject({ folder: join(path, 'web-1'), lines: [], sockets: 1 })
      const stable = told.stable ?? held.stable
      expect([stable, stable + 1], context).toContain(found.stable)
      const aside = told.aside ?? held.aside
      // The next one may be there already; and a stable snapshot after it releases what was set aside before.
      const isReleased = found.aside === 0 && found.stable > aside
      expect(isReleased || [aside, told.stable ?? from - 1].includes(found.aside), context).toBe(true)
      if (found.crashed !== undefined) {
        interrupted += 1
        // An attempt at every number is made once, and again when the attempt before it was interrupted.
        expect(found.crashed.count, context).toBeLessThanOrEqual(point + 1)
        expect([found.stable, found.stable + 1], context).toContain(found.crashed.number)
      }
      held = found
    }
    // It was killed in the middle of attempts, not only between them: otherwise this test shows nothing.
    expect(interrupted).toBeGreaterThan(points / 10)
  }, 3_600_000)
})

async function look(path: string) {
  const logger = hearingLogger()
  const state = await openStateDir(stateOptions(path, { logger }))
  try {
    const kept = await state.lastKnownGood()
    if (kept.kind === 'unusable') throw new Error(kept.why)
    const { crashed, folder, journal } = state
    return {
      folder,
      lines: logger.lines,
      stable: kept.kind === 'none' ? 0 : numberIn(kept.layers[0]?.tree['text']),
      aside: numberIn([...journal.setAside.keys()].at(-1) ?? '-0'),
      crashed: crashed && { number: numberIn(crashed.digest), count: crashed.count },
      sockets: readdirSync(folder).filter((name) => name.endsWith('.sock')).length,
    }
  } finally {
    await state.close()
  }
}

function numberIn(text: unknown): number {
  return typeof text === 'string' ? Number(/-(\d+)$/.exec(text)?.[1]) : Number.NaN
}
