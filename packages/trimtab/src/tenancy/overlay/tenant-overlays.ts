import { TrimtabError } from '../../errors/trimtab-error.ts'
import { type Clock, keptAlive } from '../../primitives/time/clock.ts'
import { createController } from '../../primitives/concurrency/abort.ts'
import { deferred } from '../../primitives/concurrency/deferred.ts'
import { freshFlight } from '../../primitives/concurrency/fresh-flight.ts'
import { createRetryTimer, type RetryTimer } from '../../primitives/time/backoff.ts'
import type { Layer } from '../../model/layer.ts'
import type { EmitterSource } from '../../primitives/emitter.ts'
import { nextTurn } from '../../primitives/time/next-turn.ts'
import type { Random } from '../../primitives/random.ts'
import { createSlots } from '../../primitives/concurrency/slots.ts'
import type { Problem } from '../../schema/problem.ts'
import type { OverlayReader, OverlaySource } from '../../sources/overlays/overlay-source.ts'
import type { Reference } from '../../sources/references/parse-references.ts'
import { isTenantId, type TenantId } from '../tenant-id.ts'
import { listOverlays } from './roster/list-overlays.ts'
import { readOverlay, type OverlayRead, resolveOverlay } from './read-overlay.ts'
import { outcomeOf, reloadTenant, type ReloadTenantParts, type TenantEnd } from './reload-tenant.ts'
import { isSame } from './tenant-configs.ts'
import type { TenantEvent, TenantState } from './tenant-events.ts'
import { TenantLanes } from './tenant-lanes.ts'
import type { TenantOutcome, TenantTrigger } from './tenant-outcome.ts'
import { TenantRoster } from './roster/tenant-roster.ts'

export interface TenantOverlaysParts extends ReloadTenantParts {
  readonly source: OverlaySource
  readonly reader: OverlayReader
  readonly clock: Clock
  readonly random: Random
  /** Milliseconds that one reading may take. */
  readonly readTimeout: number
  readonly events: EmitterSource<TenantEvent>
  /** Told at once, in the turn of the commit: what a tenant read before, and reads now. */
  readonly onApplied: (tenant: TenantId, previous: object | undefined, next: object) => void
  /** What a tenant had in force in an earlier process, for one that is broken from the start. Never rejects. */
  readonly recall?: ((tenant: TenantId) => Promise<Layer | undefined>) | undefined
  /** What overlays refer to, whenever that is something else. */
  readonly onReferences: (references: readonly Reference[]) => void
}

/** A listing that has been taken over. */
interface Synced {
  readonly problems: readonly Problem[]
  /** When it is in force, or refused, for everybody. */
  readonly settled: Promise<void>
  /** The same for one tenant. */
  readonly settledOf: (id: TenantId) => Promise<void>
}

/** Overlays that are read at the same time, and tenants that are begun before others than tenants get their turn. */
const atOnce = 32

/** Milliseconds until what failed is tried again, doubling: as for reloads. */
const backoff = { initial: 2_000, max: 120_000 }

/** Follows the overlays of all tenants, each on its own: one that is broken, slow or refused is nobody else's matter. */
export class TenantOverlays {
  readonly #parts: TenantOverlaysParts
  readonly #lanes = new TenantLanes<TenantTrigger, TenantOutcome>((id, triggers) => this.#reload(id, triggers))
  readonly #readings = createSlots(atOnce)
  readonly #closing = createController()
  readonly #outcomes = new Map<TenantId, TenantOutcome>()
  readonly #retries = new Map<TenantId, RetryTimer>()
  readonly #names = new Map<TenantId, readonly Reference[]>()
  /** What modules were last told for a tenant. */
  readonly #applied = new Map<TenantId, object>()
  /** Resolves when what the newest listing says is in force, or refused. */
  #settling: Promise<void> | undefined
  /** Those of everybody who has to catch up: one at a time, and one for all who come meanwhile. */
  readonly #listAgain = freshFlight(() => this.#sync('overlay', false))
  #looking: { done: Promise<void>; again: boolean } | undefined

  readonly #roster: TenantRoster

  constructor(parts: TenantOverlaysParts) {
    this.#parts = parts
    this.#roster = new TenantRoster(parts.configs, parts.events)
  }

  get ids(): readonly TenantId[] {
    return this.#roster.ids
  }

  stateOf(id: TenantId): TenantState {
    return this.#roster.stateOf(id)
  }

  /** Whether a tenant is listed and has nothing of its own: it has what all share. */
  isBare(id: TenantId): boolean {
    return this.#roster.isBare(id)
  }

  /** For whom something is under way. */
  get busy(): readonly TenantId[] {
    return this.#lanes.busy
  }

  lastOutcome(id: TenantId): TenantOutcome | undefined {
    return this.#outcomes.get(id)
  }

  /** Reads every overlay for the first time. Gives why the list can't be had, where it can't. */
  async load(): Promise<readonly Problem[]> {
    const { problems, settled } = await this.#sync('boot', false)
    await settled
    this.#parts.configs.isLoaded = problems.length === 0
    return problems
  }

  /** Something may have changed: one tenant's overlay, or anything. */
  wake(tenant?: string): void {
    if (this.#closing.signal.aborted) return
    if (isTenantId(tenant) && this.#roster.stateOf(tenant) !== 'unknown') this.#background(tenant, 'overlay')
    else void this.#look().catch(() => {})
  }

  reload(id: TenantId): Promise<TenantOutcome> {
    return keptAlive(() => this.#lanes.request(id, 'manual'))
  }

  /** Reads everything again, changed or not. */
  async reloadAll(): Promise<readonly TenantOutcome[]> {
    const outcomes: TenantOutcome[] = []
    await keptAlive(async () => (await this.#sync('manual', true, (outcome) => outcomes.push(outcome))).settled)
    return outcomes
  }

  /**
   * Resolves when what the source has now is in force, or refused, for everybody; or for these, with what was under way for
   * them. Does nothing once nothing more is begun.
   */
  async catchUp(ids: readonly TenantId[] = []): Promise<void> {
    try {
      const { settled, settledOf } = await this.#listAgain()
      if (ids.length === 0) await settled
      // Also those who were found to have changed before this listing, and are still at it.
      const whom = ids.length === 0 ? this.#lanes.busy : ids
      await Promise.all(
        whom.map(async (id) => {
          await settledOf(id)
          await this.#lanes.settled(id)
        }),
      )
    } catch (error) {
      if (!this.#closing.signal.aborted) throw error
    }
  }

  /** What a reference gives may be something else: who uses one is read again. */
  referencesChanged(): void {
    for (const id of this.#names.keys()) this.#background(id, 'reference')
  }

  /**
   * What all tenants share has changed. Readers find out by themselves; here those are tried again that could not have
   * what is configured for them, and modules are told what it means for each tenant.
   */
  sharedChanged(): void {
    const { configs, applier } = this.#parts
    if (!configs.isLoaded) return
    const ids = applier.isNeeded ? this.#roster.ids : [...new Set([...configs.troubles.keys(), ...configs.returned])]
    if (ids.length === 0) return
    void this.#each(ids, (id) => this.#lanes.request(id, 'shared')).catch(() => {})
  }

  /** Begins nothing more, and cancels what is under way. Resolves when nobody is told of anything any more. */
  async quiet(): Promise<void> {
    this.#closing.abort(new TrimtabError('plane_closed', 'The plane is closed.'))
    for (const retry of this.#retries.values()) retry.reset()
    await this.#looking?.done.catch(() => {})
    await this.#lanes.idle()
  }

  /** Looks for what has changed, once more for wake-ups that come meanwhile. A tenant that takes long is not waited for. */
  #look(): Promise<void> {
    if (this.#looking !== undefined) {
      this.#looking.again = true
      return this.#looking.done
    }
    const looking = { done: Promise.resolve(), again: true }
    const work = async () => {
      try {
        while (looking.again && !this.#closing.signal.aborted) {
          looking.again = false
          const { settled } = await this.#sync('overlay', false)
          settled.catch(() => {})
        }
      } finally {
        this.#looking = undefined
      }
    }
    this.#looking = looking
    looking.done = work()
    return looking.done
  }

  /** Lists the tenants, and has those read that may have changed. `settled` is when each is in force or refused. */
  async #sync(
    trigger: TenantTrigger,
    all: boolean,
    onOutcome: (outcome: TenantOutcome) => void = () => {},
  ): Promise<Synced> {
    const nothing = Promise.resolve()
    const began = this.#roster.begin()
    const listing = await listOverlays(this.#parts, this.#closing.signal)
    if (this.#closing.signal.aborted) return { problems: [], settled: nothing, settledOf: () => nothing }
    const { problems, due, isNewest } = this.#roster.take(listing, began, all)
    const works = new Map(due.map((id) => [id, deferred<void>()]))
    const mine = this.#each(due, async (id) => {
      try {
        const outcome = await this.#lanes.request(id, trigger)
        if (this.#closing.signal.aborted) return
        this.#roster.settle(id)
        onOutcome(outcome)
      } finally {
        works.get(id)?.resolve()
      }
    })
    // Where a later listing was first, what was asked for is in force when that one is.
    const settled = isNewest ? mine : Promise.all([mine, this.#settling]).then(() => {})
    if (isNewest) this.#settling = mine.catch(() => {})
    const settledOf = (id: TenantId) => (isNewest ? Promise.race([works.get(id)?.promise ?? nothing, mine]) : settled)
    return { problems, settled, settledOf }
  }

  async #reload(tenant: TenantId, triggers: readonly TenantTrigger[]): Promise<TenantOutcome> {
    const { clock, configs, applier, events } = this.#parts
    const { signal } = this.#closing
    const startedAt = clock.now()
    const from = clock.monotonic()
    const previousState = this.#roster.stateOf(tenant)
    // Watches learn of what all share by themselves; here only of what comes of it for who had been held.
    const isOnlyShared = triggers.every((trigger) => trigger === 'shared') && !configs.troubles.has(tenant)
    const read = await this.#readFor(tenant, isOnlyShared)
    const isShared = applier.isNeeded && triggers.includes('shared')
    // Who can't have what is configured for it still follows what all share, with what it has.
    if (isShared && !isOnlyShared) await this.#follow(tenant)
    const applied = isOnlyShared && isShared ? this.#applied.get(tenant) : undefined
    const hold = async (problems: readonly Problem[]) => {
      // It is told whether there is a last good one, and so it has to be known. What stood in the way of that may be gone later.
      const hasNothing = triggers.includes('boot') || configs.troubles.get(tenant)?.hasGood === false
      if (hasNothing && !configs.overlays.has(tenant)) await this.#recall(tenant)
      const wentBack = await this.#goBack(tenant)
      if (!signal.aborted) configs.hold(tenant, problems, wentBack ? undefined : applied)
    }
    const end = await reloadTenant(this.#parts, { tenant, read, applied, hold, signal })
    this.#noteNames(tenant, end, read)
    this.#noteApplied(tenant, end)
    const times = { startedAt, endedAt: clock.now(), duration: clock.monotonic() - from }
    const outcome = outcomeOf(tenant, triggers, end, times)
    // What a plane cancels because it closes is no failure of anybody's.
    if (signal.aborted) return outcome
    const isRepeated = this.#note(outcome)
    this.#retry(tenant, outcome)
    this.#roster.tell(tenant, previousState)
    if (!isOnlyShared) this.#tellApplied(tenant, end)
    if (outcome.status !== 'unchanged') events.emit({ kind: 'settled', outcome, repeated: isRepeated })
    return outcome
  }

  async #follow(tenant: TenantId): Promise<void> {
    const { configs } = this.#parts
    const content = configs.overlays.get(tenant)
    // Without one it has what all share, or nothing.
    if (content === undefined) return
    const read = { kind: 'read', content, warnings: [], names: [] } as const
    const applied = this.#applied.get(tenant)
    const hold = (problems: readonly Problem[]) => configs.hold(tenant, problems, applied)
    const request = { tenant, read, applied, isStillHeld: true, hold, signal: this.#closing.signal }
    this.#noteApplied(tenant, await reloadTenant(this.#parts, request))
  }

  /**
   * Puts in force what a tenant had above what is shared again. What it got since was good above a snapshot that has been
   * undone: as its last good one it would go on with all of that. Gives whether there was something to go back to.
   */
  async #goBack(tenant: TenantId): Promise<boolean> {
    const { configs, source } = this.#parts
    const ground = configs.groundOf(tenant)
    if (ground === undefined) return false
    const { content } = ground
    // Without an overlay only who is listed has what all share.
    if (content === undefined && source.unlisted === 'not_active') this.#roster.keep(tenant)
    const read = { kind: 'read', content, warnings: [], names: [] } as const
    const applied = this.#applied.get(tenant)
    const { signal } = this.#closing
    const end = await reloadTenant(this.#parts, { tenant, read, applied, isStillHeld: true, hold: () => {}, signal })
    this.#noteApplied(tenant, end)
    this.#tellApplied(tenant, end)
    return end.status === 'applied' || end.status === 'unchanged'
  }

  /** Puts in force what a tenant had in an earlier process, where that is still good. */
  async #recall(tenant: TenantId): Promise<void> {
    const { configs, definition, references, recall } = this.#parts
    const { signal } = this.#closing
    const layer = await recall?.(tenant)
    if (layer === undefined || signal.aborted) return
    const parts = { references, shape: definition.shape }
    const read = await resolveOverlay(parts, { layer, warnings: [] }, undefined, signal)
    // Where it is not, the tenant is held for what is configured for it, and not for this.
    const request = { tenant, read, applied: undefined, isStillHeld: true, hold: () => {}, signal }
    const end = await reloadTenant(this.#parts, request)
    this.#noteNames(tenant, end, read)
    this.#noteApplied(tenant, end)
    if (configs.isLoaded) this.#tellApplied(tenant, end)
  }

  #tellApplied(tenant: TenantId, end: TenantEnd): void {
    if (end.status !== 'applied') return
    const { events, onApplied } = this.#parts
    if (!end.changes.isEmpty) events.emit({ kind: 'changed', tenant, changes: end.changes })
    onApplied(tenant, end.previous, end.next)
  }

  /** Kept only where there are modules that were told. */
  #noteApplied(tenant: TenantId, end: TenantEnd): void {
    const { configs, applier } = this.#parts
    if (!applier.isNeeded || (end.status !== 'applied' && end.status !== 'unchanged')) return
    if (configs.overlays.has(tenant)) this.#applied.set(tenant, end.next)
    else this.#applied.delete(tenant)
  }

  async #readFor(tenant: TenantId, isOnlyShared: boolean): Promise<OverlayRead> {
    const { configs, readTimeout, definition, ...parts } = this.#parts
    const inForce = configs.overlays.get(tenant)
    if (isOnlyShared) return { kind: 'read', content: inForce, warnings: [], names: this.#names.get(tenant) ?? [] }
    const clash = this.#roster.clashOf(tenant)
    if (clash !== undefined) return { kind: 'refused', problems: [clash], names: [] }
    const { signal } = this.#closing
    return this.#readings.run(() =>
      readOverlay({ ...parts, shape: definition.shape, timeout: readTimeout }, tenant, inForce?.resolved, signal),
    )
  }

  /** Gives whether the one before it failed for the same reasons. */
  #note(outcome: TenantOutcome): boolean {
    const { tenant, status, problems, triggers } = outcome
    const before = this.#outcomes.get(tenant)
    const isFailure = status !== 'applied' && status !== 'unchanged'
    const isKept = isFailure || before !== undefined || !triggers.includes('boot')
    if (this.#roster.stateOf(tenant) === 'unknown') this.#outcomes.delete(tenant)
    // That ten thousand of them were loaded at boot is not worth keeping.
    else if (isKept) this.#outcomes.set(tenant, outcome)
    return isFailure && before?.status === status && isSame(before.problems, problems)
  }

  #noteNames(tenant: TenantId, end: TenantEnd, { names }: OverlayRead): void {
    const before = this.#names.get(tenant) ?? []
    // What is in force goes on using its own.
    const isInForce = end.status === 'applied' || end.status === 'unchanged'
    const now = isInForce ? names : [...before, ...names]
    if (before.length === 0 && now.length === 0) return
    const distinct = new Map(now.map((name) => [`${name.scheme}:${name.name}`, name]))
    if (distinct.size === 0) this.#names.delete(tenant)
    else this.#names.set(tenant, [...distinct.values()])
    this.#parts.onReferences([...this.#names.values()].flat())
  }

  #retry(tenant: TenantId, { status }: TenantOutcome): void {
    const { clock, random } = this.#parts
    if (this.#closing.signal.aborted) return
    if (status !== 'rolled_back' && status !== 'stuck' && status !== 'unreadable') {
      this.#retries.get(tenant)?.reset()
      this.#retries.delete(tenant)
      return
    }
    const again = () => this.#background(tenant, 'retry')
    const timer = this.#retries.get(tenant) ?? createRetryTimer({ clock, random, backoff }, again)
    this.#retries.set(tenant, timer)
    timer.failed()
  }

  async #each(ids: readonly TenantId[], work: (id: TenantId) => Promise<unknown>): Promise<void> {
    const works: Promise<unknown>[] = []
    for (const id of ids) {
      if (this.#closing.signal.aborted) break
      const working = work(id)
      // It is waited for below, when all have begun.
      working.catch(() => {})
      works.push(working)
      if (works.length % atOnce === 0) await nextTurn()
    }
    await Promise.all(works)
  }

  #background(id: TenantId, trigger: TenantTrigger): void {
    if (!this.#closing.signal.aborted) void this.#lanes.request(id, trigger).catch(() => {})
  }
}
