import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { postgresStore } from '../../packages/trimtab/src/postgres/index.ts'
import { genesis } from '../../packages/trimtab/src/store/cursor.ts'
import { verifyChain } from '../../packages/trimtab/src/store/history/verify-chain.ts'
import { until } from '../postgres/reader.ts'
import { withConnection } from '../support/postgres/database.ts'
import { migratedDatabase } from '../support/postgres/migrated-database.ts'
import { numbersIn, wholeNumber } from './lab/whole-publish.ts'

const environment = 'checkout/production'
const points = process.env['TRIMTAB_SOAK'] === '1' ? 200 : 20
/** Starting a process takes many times as long as killing it: the next ones start while one is looked at. */
const warm = 2
const script = fileURLToPath(new URL('./processes/publish-until-killed.ts', import.meta.url))

class Publisher {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  #text = ''

  constructor() {
    this.#child = spawn(process.execPath, ['--import', 'tsx', script], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#child.stdout.setEncoding('utf8')
    this.#child.stdout.on('data', (text: string) => (this.#text += text))
    this.#child.stdin.on('error', () => {})
  }

  /** Lets it publish from a number on until a random moment, and kills it. Gives what it has said by then. */
  async publishAndDie(url: string, from: number): Promise<string> {
    await until(() => this.#text.includes('ready'))
    this.#child.stdin.write(`${url}\t${environment}\t${from}\n`)
    await until(() => this.#text.includes('begun'))
    // So many of its lines later, however fast the machine is, and then at any place of a loop that takes milliseconds.
    const lines = this.#lines + Math.floor(Math.random() * 8)
    await until(() => this.#lines >= lines)
    const end = performance.now() + Math.random() * 12
    while (performance.now() < end) await new Promise((resolve) => setImmediate(resolve))
    await this.end()
    return this.#text
  }

  get #lines(): number {
    return this.#text.split('\n').length
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#child.kill('SIGKILL')
    await once(this.#child, 'close')
  }
}

describe('a publisher that is killed', () => {
  it(`has published all or nothing at each of ${points} kills, and what it has is known by its revision`, async () => {
    const { url } = await migratedDatabase()
    const doomed = `${url}?application_name=doomed`
    const store = postgresStore({ connectionString: url, max: 1 })
    onTestFinished(() => store.close())
    const publishers = Array.from({ length: warm }, () => new Publisher())
    onTestFinished(() => Promise.all(publishers.map((publisher) => publisher.end())).then(() => undefined))

    let [before, published] = [genesis, 0]
    const unanswered = { done: 0, undone: 0 }
    for (let point = 0; point < points; point += 1) {
      const publisher = publishers.shift()
      if (publisher === undefined) throw new Error('there are always publishers')
      if (point + warm < points) publishers.push(new Publisher())
      const text = await publisher.publishAndDie(doomed, published + 1)
      await until(async () => (await sessions(url)) === 0)

      const since = await store.since(environment, before, 1_000)
      if (since.kind !== 'changes') throw new Error(`The history is ${since.kind}`)
      const context = `after ${text.slice(-500)}`
      expect(verifyChain(since.revisions, before), context).toBeUndefined()
      const tried = [...text.matchAll(/^trying (\d+)$/gm)].map(([, number]) => Number(number))
      const told = [...text.matchAll(/^published (\d+) (\d+) (\S+)$/gm)].map(([, , revision, hash]) => ({
        revision: Number(revision),
        hash,
      }))
      // Everything that was confirmed, under the revision that was told, and at most the one that was under way.
      expect(since.revisions.slice(0, told.length).map(({ cursor }) => cursor)).toEqual(told)
      const numbers = since.revisions.map(wholeNumber)
      expect([tried.slice(0, told.length), tried], context).toContainEqual(numbers)
      const document = await store.readEnvironment(environment)
      expect(document.cursor).toEqual(since.cursor)
      published += numbers.length
      if (published > 0) expect(numbersIn(document), context).toEqual([published])
      if (tried.length > told.length) unanswered[numbers.length > told.length ? 'done' : 'undone'] += 1
      before = since.cursor
    }
    console.info(`${published} publishes; killed before the answer: ${JSON.stringify(unanswered)}`)
    // It was killed in the middle of publishes, not only between them: otherwise this test shows nothing.
    expect(unanswered.done + unanswered.undone).toBeGreaterThan(points / 10)
    expect(published).toBeGreaterThan(points / 2)
  }, 3_600_000)
})

function sessions(url: string): Promise<number> {
  return withConnection(url, async (client) => {
    const text = "select from pg_stat_activity where application_name = 'doomed' and datname = current_database()"
    return (await client.query(text)).rowCount ?? 0
  })
}
