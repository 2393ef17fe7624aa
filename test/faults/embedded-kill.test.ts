import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { embeddedStore } from '@trimtab/server'
import { expect, it, onTestFinished } from 'vitest'
import { tempFolder } from '../support/temp-folder.ts'

const kills = process.env['TRIMTAB_SOAK'] === '1' ? 200 : 20
const script = fileURLToPath(new URL('./embedded-publisher.ts', import.meta.url))
// The sources, as in this process, and not what was built of them.
const env = { ...process.env, TSX_TSCONFIG_PATH: fileURLToPath(new URL('../../tsconfig.tests.json', import.meta.url)) }

class Publisher {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  #text = ''

  constructor() {
    this.#child = spawn(process.execPath, ['--import', 'tsx', script], { env, stdio: ['pipe', 'pipe', 'inherit'] })
    this.#child.stdout.setEncoding('utf8')
    this.#child.stdout.on('data', (text: string) => (this.#text += text))
    this.#child.stdin.on('error', () => {})
  }

  /** Resolves with what it has said once that has such a line. */
  async hasSaid(line: RegExp): Promise<string> {
    while (!line.test(this.#text)) {
      if (this.#child.exitCode !== null) throw new Error(`It ended by itself, and had said: ${this.#text}`)
      await Promise.race([once(this.#child.stdout, 'data'), once(this.#child, 'close')])
    }
    return this.#text
  }

  async open(folder: string): Promise<void> {
    await this.hasSaid(/^ready$/m)
    this.#child.stdin.write(`${folder}\n`)
  }

  /** Gives all it has said, the last moment before its end included. */
  async kill(): Promise<string> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGKILL')
      await once(this.#child, 'close')
    }
    return this.#text
  }
}

/** Whole milliseconds would always hit the same places of what takes a few of them. */
async function busyFor(milliseconds: number): Promise<void> {
  const until = performance.now() + milliseconds
  while (performance.now() < until) await new Promise((resolve) => setImmediate(resolve))
}

it(`has each publish wholly or not at all after each of ${kills} kills`, { timeout: kills * 15_000 }, async () => {
  const folder = join(tempFolder(), 'store')
  const publishers = new Set<Publisher>()
  const start = () => {
    const publisher = new Publisher()
    publishers.add(publisher)
    return publisher
  }
  onTestFinished(() => Promise.all([...publishers].map((each) => each.kill())).then(() => undefined))

  let least = 0
  let most = 0
  let next = start()
  for (let kill = 0; kill < kills; kill += 1) {
    const publisher = next
    // Starting a process takes longer than all the rest: the next one does while this one is at it.
    next = start()
    await publisher.open(folder)
    // Some are killed while they open it: the first of all while it is made, others while they recover what is there.
    if (kill % 5 === 0) {
      await busyFor(Math.random() * 600)
    } else {
      await publisher.hasSaid(/^published \d+$/m)
      await busyFor(Math.random() * 60)
    }
    const text = await publisher.kill()
    publishers.delete(publisher)

    const opened = /^opened (.*)$/m.exec(text)?.[1]
    if (opened === undefined) continue
    const found = JSON.parse(opened) as { revision: number; values: unknown[] }
    expect(found.revision).toBeGreaterThanOrEqual(least)
    expect(found.revision).toBeLessThanOrEqual(most)
    const values = found.revision === 0 ? [null, null, null, null] : Array<number>(4).fill(found.revision)
    expect(found).toEqual({ revision: found.revision, values, replayed: values, isAtItsEnd: true, broken: null })
    // The last that was confirmed has to be there the next time, and the one that was under way may be.
    const confirmed = [...text.matchAll(/^published (\d+)$/gm)].at(-1)?.[1]
    least = confirmed === undefined ? found.revision : Number(confirmed)
    most = least + 1
  }
  await next.kill()

  await using store = await embeddedStore({ folder })
  const { cursor, tree } = await store.readEnvironment('checkout/production')
  expect(cursor.revision).toBeGreaterThanOrEqual(Math.max(least, kills / 2))
  expect(tree).toEqual({ value: cursor.revision })
})
