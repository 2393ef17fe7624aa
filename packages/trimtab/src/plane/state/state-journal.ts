import { describeThrown, TrimtabError } from '../../errors/trimtab-error.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import type { Clock } from '../../primitives/time/clock.ts'
import type { Json } from '../../primitives/json.ts'
import type { Logger } from '../../primitives/logger.ts'
import { serialQueue } from '../../primitives/concurrency/serial-queue.ts'
import type { Journal } from '../../reload/proof/journal.ts'
import type { KeptFile } from './kept-file.ts'
import { type BootOrigin, type Marker, markerOf, markerToJson } from './marker.ts'

export interface StateJournalParts {
  readonly clock: Clock
  readonly logger: Logger
  readonly markerFile: KeptFile
  readonly setAsideFile: KeptFile
  readonly saveStable: (snapshot: Snapshot<object>) => Promise<void>
  /** What was found at the start. */
  readonly crashed: Marker | undefined
  readonly setAside: ReadonlyMap<string, string>
}

const setAsideLimit = 64
const reasonCharacters = 1_000

/**
 * The journal on disk. Writes happen one after another in the order of the calls; each promise rejects with what the
 * disk said, and what is in memory is true whether or not it could be written.
 *
 *     begin ──► marker on disk ──settle, stable, noteStop──► none
 *                   └─ the process ends ──► found by the next start
 */
export class StateJournal implements Journal {
  readonly #parts: StateJournalParts
  readonly #queue = serialQueue()
  readonly #setAside: Map<string, string>
  #crashed: Marker | undefined
  #booting: { readonly origin: BootOrigin; readonly digest: string | undefined } = {
    origin: 'configured',
    digest: undefined,
  }
  /** Of the attempt that has neither proved itself nor ended. */
  #attempted: BootOrigin | undefined
  #isStopping = false
  #isClosed = false

  constructor(parts: StateJournalParts) {
    this.#parts = parts
    this.#crashed = parts.crashed
    this.#setAside = new Map(parts.setAside)
  }

  get setAside(): ReadonlyMap<string, string> {
    return this.#setAside
  }

  /** The attempt that the process before did not survive, until one of this process has ended well. */
  get crashed(): Marker | undefined {
    return this.#crashed
  }

  /** Says where the content comes from that is taken in first. */
  bootFrom(origin: BootOrigin): void {
    this.#booting = { origin, digest: undefined }
  }

  begin(digest: string): Promise<void> {
    if (this.#booting.digest === undefined) this.#booting = { ...this.#booting, digest }
    return this.#enqueue(async () => {
      if (this.#isStopping) return
      const { markerFile, clock } = this.#parts
      const origin = this.#originOf(digest)
      const marker = markerOf(digest, origin, this.#crashed)
      this.#attempted = origin
      await markerFile.write({ savedAt: clock.now(), body: markerToJson(marker) })
      // The signal may have come while the disk was busy.
      if (this.#isStopping) await markerFile.remove()
    })
  }

  settle(): Promise<void> {
    return this.#enqueue(async () => {
      // The last known good that was refused, or failed to start, stands in the way as one that crashes does: its marker
      // stays, so that the next start turns to what is configured.
      if (this.#attempted !== 'last_known_good' || this.#isStopping) await this.#endAttempt()
    })
  }

  stable(snapshot: Snapshot<object>): Promise<void> {
    const origin = this.#originOf(snapshot.digest)
    // What is set aside is so until people change it, which they have; not while something else stands in for it.
    const releases = origin === 'configured' && this.#setAside.size > 0
    if (releases) this.#setAside.clear()
    return this.#enqueue(async () => {
      const errors: unknown[] = []
      const attempt = (write: () => Promise<void>) => write().catch((error: unknown) => void errors.push(error))
      // A fallback is there without being kept, and must not take the place of what people have configured.
      if (origin !== 'fallback') await attempt(() => this.#parts.saveStable(snapshot))
      // It has proved itself, whether or not that could be written down.
      await attempt(() => this.#endAttempt())
      if (releases) await attempt(() => this.#writeSetAside())
      if (errors.length > 0) throw errors[0]
    })
  }

  putAside(digest: string, why: string): Promise<void> {
    this.#setAside.delete(digest)
    this.#setAside.set(digest, why.slice(0, reasonCharacters))
    for (const oldest of this.#setAside.keys()) {
      if (this.#setAside.size <= setAsideLimit) break
      this.#setAside.delete(oldest)
    }
    return this.#enqueue(() => this.#writeSetAside())
  }

  release(digest: string): Promise<void> {
    return this.#setAside.delete(digest) ? this.#enqueue(() => this.#writeSetAside()) : Promise.resolve()
  }

  releaseAll(): Promise<void> {
    if (this.#setAside.size === 0) return Promise.resolve()
    this.#setAside.clear()
    return this.#enqueue(() => this.#writeSetAside())
  }

  /** The process has been asked to stop: however it ends from now on, that is no crash. Done when it returns. */
  noteStop(): void {
    this.#isStopping = true
    if (this.#isClosed) return
    try {
      this.#parts.markerFile.removeNow()
    } catch (error) {
      this.#parts.logger.warn(`The stop could not be noted in the state folder: ${describeThrown(error)}`)
    }
  }

  /** Resolves when everything has been written; nothing is afterwards. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#queue.idle()
  }

  async #endAttempt(): Promise<void> {
    this.#crashed = undefined
    this.#attempted = undefined
    await this.#parts.markerFile.remove()
  }

  #writeSetAside(): Promise<void> {
    const body: Json = [...this.#setAside].map(([digest, why]) => ({ digest, why }))
    return this.#parts.setAsideFile.write({ savedAt: this.#parts.clock.now(), body })
  }

  /** What a start takes in comes from where the start said; everything after that is what people have configured. */
  #originOf(digest: string): BootOrigin {
    return this.#booting.digest === digest ? this.#booting.origin : 'configured'
  }

  #enqueue(write: () => Promise<void>): Promise<void> {
    if (this.#isClosed) {
      return Promise.reject(
        new TrimtabError('plane_closed', 'The state folder is closed: nothing is written to it any more.'),
      )
    }
    return this.#queue.run(write)
  }
}
