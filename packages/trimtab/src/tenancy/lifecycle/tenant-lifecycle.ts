import type { ErrorCode } from '../../errors/error-codes.ts'
import { describeThrown, isTrimtabError, TrimtabError } from '../../errors/trimtab-error.ts'
import { abortable, childController, createController } from '../../primitives/concurrency/abort.ts'
import type { EmitterSource } from '../../primitives/emitter.ts'
import { type SerialQueue, serialQueue } from '../../primitives/concurrency/serial-queue.ts'
import type { Random } from '../../primitives/random.ts'
import { createRetryTimer, type RetryTimer } from '../../primitives/time/backoff.ts'
import type { Clock } from '../../primitives/time/clock.ts'
import { runStep } from '../../primitives/time/deadline.ts'
import type { OverlayHomes, OverlayReader } from '../../sources/overlays/overlay-source.ts'
import type { TenantEvent, TenantStep } from '../overlay/tenant-events.ts'
import type { TenantOverlays } from '../overlay/tenant-overlays.ts'
import type { TenantId } from '../tenant-id.ts'
import type { TenantDecisions } from './tenant-decisions.ts'

export interface TenantLifecycleParts {
  readonly overlays: TenantOverlays
  readonly decisions: TenantDecisions
  readonly reader: OverlayReader
  /** Where each tenant has a home of its own. */
  readonly homes: OverlayHomes | undefined
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
  /** The last word was to activate it: it is to be active, also where that has failed. */
  isAwaited: boolean
  /** How the try before failed, where it did. */
  failure: string | undefined
  /** Aborts when somebody asks for the tenant to be left: nobody waits for its home to be reached then. */
  staying: AbortController
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
 * tried again by itself until it succeeds, another step is asked for, or it says that there is no such tenant. Where it has to reach a home of the tenant's own,
 * suspension and removal don't wait for it: it ends as `tenant_not_active`.
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
      isAwaited: false,
      failure: undefined,
      staying: createController(),
    }
    this.#lanes.set(tenant, lane)
    if (lane.newest?.step === step) return abortable(lane.newest.done, signal)
    lane.retry?.reset()
    lane.retry = undefined
    if (step !== 'rotate') lane.isAwaited = step === 'activate'
    if (step === 'suspend' || step === 'remove') {
      lane.staying.abort(overtaken(tenant, step))
      lane.staying = createController()
    }
    return abortable(this.#run(tenant, lane, step), signal)
  }

  #run(tenant: TenantId, lane: Lane, asked: TenantStep): Promise<void> {
    const { clock, events, overlays } = this.#parts
    const startedAt = clock.monotonic()
    let step = asked
    const tell = (failure: { readonly code: ErrorCode; readonly message: string } | undefined) => {
      const why = failure && `${step} ${failure.code}`
      const repeated = why !== undefined && why === lane.failure
      lane.failure = why
      events.emit({ kind: 'step', tenant, step, duration: clock.monotonic() - startedAt, failure, repeated })
    }
    const staying = lane.staying.signal
    const done = lane.queue.run(async () => {
      // One that was to be active and could not be reached is activated, with what it is reached by now.
      if (asked === 'rotate' && lane.isAwaited && overlays.stateOf(tenant) !== 'active') step = 'activate'
      if (await this.#take(tenant, step, staying)) tell(undefined)
    })
    const mine = { step: asked, done }
    lane.newest = mine
    const end = (isTriedAgain: boolean) => {
      if (lane.newest !== mine) return
      lane.newest = undefined
      if (isTriedAgain) this.#again(tenant, lane, asked)
      else this.#lanes.delete(tenant)
    }
    done.then(
      () => end(false),
      (error: unknown) => {
        if (!this.#closing.signal.aborted && !staying.aborted) tell(failureOf(error))
        // Ids that somebody makes up must not be tried for ever.
        end(!isTrimtabError(error, 'tenant_unknown'))
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
  async #take(tenant: TenantId, step: TenantStep, staying: AbortSignal): Promise<boolean> {
    const { overlays, decisions, homes } = this.#parts
    if (this.#closing.signal.aborted) throw closed()
    const state = overlays.stateOf(tenant)
    let left: Promise<void> | undefined
    switch (step) {
      case 'activate':
        await this.#reach(tenant, 'attach', staying)
        decisions.decide(tenant, 'active')
        break
      case 'rotate':
        if (state !== 'active') return false
        await this.#reach(tenant, 'rotate', staying)
        break
      case 'suspend':
        left = homes?.detach(tenant, true)
        // Who is not known here is not made known by it.
        if (state === 'unknown') return await nothing(left)
        decisions.decide(tenant, 'suspended')
        break
      case 'remove':
        left = homes?.detach(tenant, false)
        // Also one that is not known here: where nobody has to be listed, work for it goes on until somebody says this.
        if (state === 'unknown' && decisions.isRemoved(tenant)) return await nothing(left)
        decisions.decide(tenant, 'removed')
        break
      default:
        step satisfies never
    }
    await Promise.all([overlays.catchUp([tenant]), left])
    // Nothing of it was done.
    if (this.#closing.signal.aborted) throw closed()
    return true
  }

  /** What was read before this is not fresh. */
  async #reach(tenant: TenantId, how: 'attach' | 'rotate', staying: AbortSignal): Promise<void> {
    const { reader, homes, clock, timeout } = this.#parts
    // What all tenants have in common is looked at for all of them, whoever leaves.
    const { controller, release } = childController(this.#closing.signal, homes && staying)
    const { signal } = controller
    const run = (over: AbortSignal) => (homes === undefined ? reader.refresh?.(over) : homes[how](tenant, over))
    const end = await runStep({ clock, timeout, signal, run }).finally(release)
    if (end.kind === 'done') return
    const what = homes === undefined ? 'The tenants' : `The store of the tenant ${tenant}`
    if (end.kind === 'timed_out')
      throw new TrimtabError('store_unavailable', `${what} could not be looked at within ${timeout} ms.`)
    if (isTrimtabError(end.error)) throw end.error
    throw new TrimtabError('store_unavailable', `${what} could not be looked at.`, { cause: end.error })
  }
}

async function nothing(left: Promise<void> | undefined): Promise<boolean> {
  await left
  return false
}

function overtaken(tenant: TenantId, step: 'suspend' | 'remove'): TrimtabError {
  const what = step === 'suspend' ? 'suspended' : 'removed'
  return new TrimtabError('tenant_not_active', `The tenant ${tenant} was ${what} before it was active.`, {
    details: { tenant },
  })
}

function failureOf(error: unknown): { readonly code: ErrorCode; readonly message: string } {
  return { code: isTrimtabError(error) ? error.code : 'internal', message: describeThrown(error) }
}

function closed(): TrimtabError {
  return new TrimtabError('plane_closed', 'The plane is closed, or its tenants are drained.')
}
