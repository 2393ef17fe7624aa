import type { Disposer } from '../../primitives/disposers.ts'
import type { Logger } from '../../primitives/logger.ts'
import { degraded } from '../check.ts'
import type { Health } from '../health.ts'

export interface ThreadTroubleParts {
  readonly health: Partial<Pick<Health, 'add'>>
  readonly log: Logger
  readonly host: string
  readonly port: number
}

/** Says that the probe thread is gone for as long as it is: in the log, and by a check that is there meanwhile. */
export class ThreadTrouble {
  readonly #parts: ThreadTroubleParts
  #why: string | undefined
  #remove: Disposer | undefined

  constructor(parts: ThreadTroubleParts) {
    this.#parts = parts
  }

  begin(why: string): void {
    const isNew = this.#why !== why
    this.#why = why
    if (isNew) this.#parts.log.error(this.#text)
    if (this.#remove !== undefined) return
    const { health, port } = this.#parts
    const run = () => degraded(this.#text)
    try {
      // It is the truth and no sample of it: there is nothing to damp.
      this.#remove = health.add?.({
        name: `probe-thread:${port}`,
        optional: true,
        interval: 1_000,
        fall: 1,
        rise: 1,
        run,
      })
    } catch {
      // Health is closed, or has such a check: the line in the log is all there is.
    }
  }

  /** The thread is back. */
  end(): void {
    const { log, host, port } = this.#parts
    if (this.#why !== undefined) log.warn(`The probe thread answers on ${host}:${port} again`)
    this.forget()
  }

  /** Nobody wants the thread any more. */
  forget(): void {
    this.#why = undefined
    this.#remove?.()
    this.#remove = undefined
  }

  get #text(): string {
    const { host, port } = this.#parts
    return `no probe is answered on ${host}:${port}: the probe thread ended: ${this.#why}. It is started again by itself; where that goes on failing, free the port or the memory that it names, or restart the service`
  }
}
