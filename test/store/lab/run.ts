import { isDeepStrictEqual } from 'node:util'
import { expect } from 'vitest'
import type { ConfigStore } from '../../../packages/trimtab/src/store/config-store.ts'
import { type Cursor, sameCursor } from '../../../packages/trimtab/src/store/cursor.ts'
import type { Edit } from '../../../packages/trimtab/src/store/edit.ts'
import { publish, until } from '../../postgres/reader.ts'
import type { TcpProxy } from '../../support/tcp-proxy.ts'
import { type Content, contentOf, type PublishAnswer } from '../processes/orders.ts'
import { backup } from './backup.ts'
import { type KnownHistory, knownHistory } from './known-history.ts'
import type { OwnServer } from './own-server.ts'
import type { OrderPublish } from './publisher-process.ts'
import type { Read, ReaderProcess } from './reader-process.ts'
import type { Relay } from './relay.ts'

/** A way to the server that can be disturbed in each of the ways there are. */
export interface Way {
  readonly url: string
  readonly proxy: TcpProxy
  readonly relay: Relay
}

/** How a run ended. */
interface Convergence {
  /** Milliseconds from the last fault, or the last publish if that was later, until every reader equalled the store. */
  readonly took: number
  /** Milliseconds in which the machine let somebody who was to do something do nothing. */
  readonly noise: number
}

export interface RunParts {
  readonly server: OwnServer
  readonly ways: readonly Way[]
  readonly direct: ConfigStore
  readonly readers: readonly ReaderProcess[]
  readonly environment: string
  readonly number: number
  /** Has one of the publishing processes publish. */
  readonly order: OrderPublish
}

/** One environment, everybody who reads it from its begin on, and everything that it has ever held. */
export class Run {
  readonly environment: string
  readonly #parts: RunParts
  readonly #known: KnownHistory
  readonly #published = new Set<Promise<PublishAnswer>>()
  #restore: Awaited<ReturnType<typeof backup>> | undefined
  #restores = 0
  /** Numbers of the readers' beginnings: what was read before one says nothing of what is read after it. */
  #beginnings = 0

  constructor(parts: RunParts) {
    this.#parts = parts
    this.environment = parts.environment
    this.#known = knownHistory(parts.direct, parts.environment)
    for (const reader of parts.readers.keys()) this.restartReader(reader)
  }

  way(index: number): Way {
    const way = this.#parts.ways[index % this.#parts.ways.length]
    if (way === undefined) throw new Error('There is no way')
    return way
  }

  restartReader(index: number): void {
    const { readers, number } = this.#parts
    const reader = readers[index % readers.length]
    this.#beginnings += 1
    reader?.follow(this.environment, number * 1_000 + this.#beginnings)
  }

  /** Nobody waits for it. */
  publish(by: number, edits: readonly Edit[]): void {
    this.#published.add(this.#parts.order(by, { environment: this.environment, edits, patience: 3_000 }))
  }

  async backup(): Promise<void> {
    this.#restore = await backup(this.#parts.server.url)
  }

  async restore(): Promise<void> {
    if (this.#restore === undefined) return
    this.#restores += 1
    await this.#restore(() => this.#known.note())
  }

  /** Publishes something that readers may not hear of, ends every fault, waits until all readers equal the store, and holds what everybody has read to the laws. */
  async converge(): Promise<Convergence> {
    const { ways, readers, direct, environment } = this.#parts
    // Its own connections have gone with the server, and not all of them know it yet.
    await until(() => isDone(publish(direct, Date.now(), environment)))
    for (const { proxy } of ways) {
      proxy.delay(0)
      proxy.become('pass')
    }
    const healedAt = Date.now()
    const answers = await Promise.all(this.#published)
    const stallBefore = await this.#stalls()
    let noise = 0
    await until(async () => {
      const askedAt = performance.now()
      const { cursor } = await direct.readEnvironment(environment)
      noise += Math.max(0, performance.now() - askedAt - 20)
      return readers.every(({ reads }) => {
        const last = this.#ownReads(reads).at(-1)
        return last !== undefined && sameCursor(last.cursor, cursor)
      })
    })
    noise += (await this.#stalls()) - stallBefore
    const lastRevision = await this.#lastRevisionAt()
    const reachedAt = Math.max(...readers.map(({ reads }) => reads.at(-1)?.at ?? 0))
    await this.#check(answers)
    return { took: Math.max(0, reachedAt - Math.max(healedAt, lastRevision)), noise }
  }

  async #check(answers: readonly PublishAnswer[]): Promise<void> {
    const { direct, readers } = this.#parts
    await this.#known.note()
    for (const { outcome, cursor } of answers) {
      // What was confirmed is in history, or was until it was restored to an older point.
      if (outcome === 'published' && cursor !== undefined)
        expect(this.#known.at(cursor), `lost: ${cursor.revision}`).toBeDefined()
    }
    const stored = contentOf(await direct.readEnvironment(this.environment))
    for (const { reads } of readers) {
      const own = this.#ownReads(reads)
      expect(own.at(-1)?.content).toEqual(stored)
      for (const [index, read] of own.entries()) {
        const known: Content | undefined = this.#known.at(read.cursor)
        if (!isDeepStrictEqual(read.content, known))
          expect(read.content, `at ${JSON.stringify(read.cursor)}`).toEqual(known)
        const previous = own[index - 1]
        if (previous === undefined || previous.run !== read.run) expect(read.because).toBe('first_read')
        else if (isBack(previous.cursor, read.cursor)) expect(read.because).toBe('rewound')
        if (this.#restores === 0) expect(read.because).not.toBe('rewound')
      }
    }
  }

  #ownReads(reads: readonly Read[]): readonly Read[] {
    return reads.filter(({ run }) => Math.floor(run / 1_000) === this.#parts.number)
  }

  async #lastRevisionAt(): Promise<number> {
    const [newest] = await this.#parts.direct.history(this.environment, { limit: 1 })
    return newest?.at ?? 0
  }

  async #stalls(): Promise<number> {
    return Math.max(...(await Promise.all(this.#parts.readers.map((reader) => reader.stall()))))
  }
}

function isDone(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  )
}

function isBack(previous: Cursor, next: Cursor): boolean {
  return next.revision <= previous.revision
}
