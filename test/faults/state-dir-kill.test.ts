import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openStateDir } from '../../packages/trimtab/src/plane/state/state-dir.ts'
import { hearingLogger, stateOptions } from '../support/state-folder.ts'
import { tempFolder } from '../support/temp-folder.ts'

const points = process.env['TRIMTAB_SOAK'] === '1' ? 1_000 : 100
/** Starting a process takes many times as long as killing it: the next ones start while one is looked at. */
const warm = 3
const script = fileURLToPath(new URL('./state-dir-writer.ts', import.meta.url))

/** The numbers of the last writes that were told to have succeeded. */
interface Told {
  readonly begun: number
  readonly stable: number
  readonly aside: number
}

class Writer {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  readonly #ready: Promise<unknown>
  #text = ''

  constructor() {
    this.#child = spawn(process.execPath, ['--import', 'tsx', script], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#child.stdout.setEncoding('utf8')
    this.#child.stdout.on('data', (text: string) => (this.#text += text))
    this.#child.stdin.on('error', () => {})
    this.#ready = once(this.#child.stdout, 'data')
  }

  /** Lets it write from a number on until a random moment, and kills it. Gives what it has said by then. */
  async writeAndDie(path: string, from: number): Promise<Told & { readonly folder: string | undefined }> {
    await this.#ready
    this.#child.stdin.write(`${path}\t${from}\n`)
    await this.#busyFor(Math.random() * 25)
    await this.end()
    const last = (word: string) =>
      Number([...this.#text.matchAll(new RegExp(`^${word} (\\d+)$`, 'gm'))].at(-1)?.[1] ?? from - 1)
    const folder = /^folder (.*)$/m.exec(this.#text)?.[1]
    return { folder, begun: last('begun'), stable: last('stable'), aside: last('aside') }
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#child.kill('SIGKILL')
    await once(this.#child, 'close')
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
    let next = 1
    let interrupted = 0

    for (let point = 0; point < points; point += 1) {
      const writer = writers.shift()
      if (writer === undefined) throw new Error('there are always writers')
      if (point + warm < points) writers.push(new Writer())
      const told = await writer.writeAndDie(path, next)
      expect([undefined, join(path, 'web-1')]).toContain(told.folder)

      const logger = hearingLogger()
      const state = await openStateDir(stateOptions(path, { logger }))
      try {
        const kept = await state.lastKnownGood()
        expect(logger.lines, `after ${JSON.stringify(told)}`).toEqual([])
        // Nobody else holds the slot: the lock has ended with its process.
        expect(state.folder).toBe(join(path, 'web-1'))

        if (kept.kind === 'layers') {
          const number = numberIn(kept.layers[0]?.tree['text'])
          expect([told.stable, told.stable + 1]).toContain(number)
          next = number + 1
        } else {
          expect([kept.kind, told.stable]).toEqual(['none', 0])
        }
        const aside = numberIn([...state.journal.setAside.keys()].at(-1) ?? '-0')
        // Each stable snapshot releases what was set aside before it.
        expect(state.journal.setAside.size).toBeLessThanOrEqual(1)
        if (aside !== 0) expect([told.aside, told.aside + 1]).toContain(aside)
        else expect(told.stable === told.aside || told.folder === undefined || next === 1).toBe(true)
        if (state.crashed !== undefined) {
          interrupted += 1
          expect(state.crashed.count).toBe(1)
          expect([told.begun, told.begun + 1, told.stable + 1]).toContain(numberIn(state.crashed.digest))
        }
        expect(readdirSync(state.folder).filter((name) => name.endsWith('.sock'))).toHaveLength(1)
      } finally {
        await state.close()
      }
    }
    // It was killed in the middle of attempts, not only between them: otherwise this test shows nothing.
    expect(interrupted).toBeGreaterThan(points / 10)
  }, 600_000)
})

function numberIn(text: unknown): number {
  return typeof text === 'string' ? Number(/-(\d+)$/.exec(text)?.[1]) : Number.NaN
}
