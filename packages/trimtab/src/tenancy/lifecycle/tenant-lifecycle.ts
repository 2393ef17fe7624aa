import type { ErrorCode } from '../../errors/error-codes.ts'
import { describeThrown, isTrimtabError, TrimtabError } from '../../errors/trimtab-error.ts'
import { abortable, createController } from '../../primitives/concurrency/abort.ts'
import type { EmitterSource } from '../../primitives/emitter.ts'
import { type SerialQueue, serialQueue } from '../../primitives/concurrency/serial-queue.ts'
import type { Random } from '../../primitives/random.ts'
import { createRetryTimer, type RetryTimer } from '../../primitives/time/backoff.ts'
import type { Clock } from '../../primitives/time/clock.ts'
import { runStep } from '../../primitives/time/deadline.ts'
import type { OverlayReader } from '../../sources/overlays/overlay-source.ts'
import type { TenantEvent, TenantStep } from '../overlay/tenant-events.ts'
import type { TenantOverlays } from '../overlay/tenant-overlays.ts'
import type { TenantId } from '../tenant-id.ts'
import type { TenantDecisions } from './tenant-decisions.ts'

export interface TenantLifecycleParts {
  readonly overlays: TenantOverlays
  readonly decisions: TenantDecisions
  readonly reader: OverlayReader
  readonly clock: Clock
  readonly random: Random
  readonly events: EmitterSource<TenantEvent>
  /** Milliseconds that looking at the newest may take. */
  readonly timeout: number
}

interface Lane {
  readonly queue: SerialQueue
  /** The newest step that was asked for and has not ended: who asks for the same joins it. */
  newest: { readonly step: TenantStep; readonly done: Promise<void> } | undefined
  retry: RetryTimer | undefined
  /** How the try before failed, where it did. */
  failure: string | undefined
}

/** Milliseconds until an activation that failed is tried again. */
const backoff = { initial: 250, max: 4_000 }

/**
 * One state machine for each tenant, one step at a time, whoever asks for whichever in whichever order:
 *
 *     unknown ──activate──► active ◄──activate── suspended
 *        ▲                    │ ──suspend──►         │
 *        └─────── remove ─────┴──────────────────────┘
 *
 * An activation reads what there is now before anything is called fresh. One that fails leaves the tenant as it was, and is
 * tried again by itself until it succeeds or another step is asked for.
 */
export class TenantLifecycle {
  readonly #parts: TenantLifecycleParts
  readonly #closing = createController()
  readonly #lanes = new Map<TenantId, Lane>()

  constructor(parts: TenantLifecycleParts) {
    this.#parts = parts
  }

  activate(tenant: TenantId, signal?: AbortSignal): Promise<void> {
    return this.#ask(tenant, 'activate', signal)
  }

  suspend(tenant: TenantId): Promise<void> {
    return this.#ask(tenant, 'suspend')
  }

  remove(tenant: TenantId): Promise<void> {
    return this.#ask(tenant, 'remove')
  }

  /** Has a tenant that is active looked at anew, with what it is reached by now; any other is left as it is. */
  rotate(tenant: TenantId): Promise<void> {
    return this.#ask(tenant, 'rotate')
  }

  /** Begins nothing more. */
  close(): void {
    this.#closing.abort(closed())
    for (const { retry } of this.#lanes.values()) retry?.reset()
  }

  #ask(tenant: TenantId, step: TenantStep, signal?: AbortSignal): Promise<void> {
    if (this.#closing.signal.aborted) return Promise.reject(closed())
    const lane = this.#lanes.get(tenant) ?? {
      queue: serialQueue(),
      newest: undefined,
      retry: undefined,
      failure: undefined,
    }
    this.#lanes.set(tenant, lane)
    if (lane.newest?.step === step) return abortable(lane.newest.done, signal)
    lane.retry?.reset()
    lane.retry = undefined
    return abortable(this.#run(tenant, lane, step), signal)
  }

  #run(tenant: TenantId, lane: Lane, step: TenantStep): Promise<void> {
    const { clock, events } = this.#parts
    const startedAt = clock.monotonic()
    const tell = (failure: { readonly code: ErrorCode; readonly message: string } | undefined) => {
      const why = failure && `${step} ${failure.code}`
      const repeated = why !== undefined && why === lane.failure
      lane.failure = why
      events.emit({ kind: 'step', tenant, step, duration: clock.monotonic() - startedAt, failure, repeated })
    }
    const done = lane.queue.run(async () => {
      if (await this.#take(tenant, step)) tell(undefined)
    })
    const mine = { step, done }
    lane.newest = mine
    const end = (isFailure: boolean) => {
      if (lane.newest !== mine) return
      lane.newest = undefined
      if (isFailure) this.#again(tenant, lane, step)
      else this.#lanes.delete(tenant)
    }
    done.then(
      () => end(false),
      (error: unknown) => {
        if (!this.#closing.signal.aborted) tell(failureOf(error))
        end(true)
      },
    )
    return done
  }

  #again(tenant: TenantId, lane: Lane, step: TenantStep): void {
    if (this.#closing.signal.aborted) return
    const { clock, random } = this.#parts
    // Another step that is asked for takes it back.
    lane.retry ??= createRetryTimer({ clock, random, backoff }, () => {
      this.#run(tenant, lane, step).catch(() => {})
    })
    lane.retry.failed()
  }

  /** Gives whether there was something to do. */
  async #take(tenant: TenantId, step: TenantStep): Promise<boolean> {
    const { overlays, decisions } = this.#parts
    if (this.#closing.signal.aborted) throw closed()
    switch (step) {
      case 'activate':
        await this.#refresh()
        decisions.decide(tenant, 'active')
        break
      case 'rotate':
        if (overlays.stateOf(tenant) !== 'active') return false
        await this.#refresh()
        break
      case 'suspend':
        // Who is not known here is not made known by it.
        if (overlays.stateOf(tenant) === 'unknown') return false
        decisions.decide(tenant, 'suspended')
        break
      case 'remove':
        // Also one that is not known here: where nobody has to be listed, work for it goes on until somebody says this.
        if (overlays.stateOf(tenant) === 'unknown' && decisions.isRemoved(tenant)) return false
        decisions.decide(tenant, 'removed')
        break
      default:
        step satisfies never
    }
    await overlays.catchUp([tenant])
    // Nothing of it was done.
    if (this.#closing.signal.aborted) throw closed()
    return true
  }

  /** What was read before this is not fresh. */
  async #refresh(): Promise<void> {
    const { reader, clock, timeout } = this.#parts
    const end = await runStep({
      clock,
      timeout,
      signal: this.#closing.signal,
      run: (signal) => reader.refresh?.(signal),
    })
    if (end.kind === 'done') return
    if (end.kind === 'timed_out')
      throw new TrimtabError('store_unavailable', `The tenants could not be looked at within ${timeout} ms.`)
    if (isTrimtabError(end.error)) throw end.error
    throw new TrimtabError('store_unavailable', 'The tenants could not be looked at.', { cause: end.error })
  }
}

function failureOf(error: unknown): { readonly code: ErrorCode; readonly message: string } {
  return { code: isTrimtabError(error) ? error.code : 'internal', message: describeThrown(error) }
}

function closed(): TrimtabError {
  return new TrimtabError('plane_closed', 'The plane is closed, or its tenants are drained.')
}
