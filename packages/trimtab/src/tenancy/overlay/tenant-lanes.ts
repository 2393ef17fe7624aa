import type { TenantId } from '../tenant-id.ts'

interface Lane<Trigger, Result> {
  readonly running: Promise<Result>
  waiting: { readonly triggers: Set<Trigger>; readonly result: Promise<Result> } | undefined
}

/**
 * One run at a time for each tenant, and at most one waiting, which everybody who comes meanwhile joins: a run takes the
 * newest there is when it begins. Tenants do not wait for each other.
 */
export class TenantLanes<Trigger, Result> {
  readonly #run: (id: TenantId, triggers: readonly Trigger[]) => Promise<Result>
  readonly #lanes = new Map<TenantId, Lane<Trigger, Result>>()

  constructor(run: (id: TenantId, triggers: readonly Trigger[]) => Promise<Result>) {
    this.#run = run
  }

  request(id: TenantId, trigger: Trigger): Promise<Result> {
    const lane = this.#lanes.get(id)
    if (lane === undefined) return this.#start(id, [trigger])
    if (lane.waiting === undefined) {
      const triggers = new Set([trigger])
      lane.waiting = { triggers, result: this.#startAfter(lane.running, id, triggers) }
    } else {
      lane.waiting.triggers.add(trigger)
    }
    return lane.waiting.result
  }

  /** For whom something runs or waits. */
  get busy(): readonly TenantId[] {
    return [...this.#lanes.keys()]
  }

  /** Resolves when what was asked for one tenant has settled. */
  async settled(id: TenantId): Promise<void> {
    const lane = this.#lanes.get(id)
    await Promise.allSettled([lane?.running, lane?.waiting?.result])
  }

  /** Resolves when everything that was asked for has settled. */
  async idle(): Promise<void> {
    while (this.#lanes.size > 0) {
      await Promise.allSettled([...this.#lanes.values()].map(({ running }) => running))
    }
  }

  async #startAfter(running: Promise<Result>, id: TenantId, triggers: ReadonlySet<Trigger>): Promise<Result> {
    await Promise.allSettled([running])
    return this.#start(id, [...triggers])
  }

  #start(id: TenantId, triggers: readonly Trigger[]): Promise<Result> {
    const running = this.#run(id, triggers).finally(() => {
      // What waits takes the lane over itself, in its own turn.
      if (lane.waiting === undefined) this.#lanes.delete(id)
    })
    const lane: Lane<Trigger, Result> = { running, waiting: undefined }
    this.#lanes.set(id, lane)
    return running
  }
}
