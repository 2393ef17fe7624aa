import type { Changes } from '../../model/changes.ts'
import type { KnownSecrets } from '../../model/secrecy/known-secrets.ts'
import { createScrubber, secretTexts } from '../../model/secrecy/scrub.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import { type Instance, type UnitId, withHeld } from '../../modules/instance.ts'
import type { LifecycleHost } from '../../modules/lifecycle.ts'
import type { Retirement } from '../../modules/retirement.ts'
import type { Running } from '../../modules/running.ts'
import type { EmitterSource } from '../../primitives/emitter.ts'
import type { Ground } from '../attempt.ts'
import { type Committed, parkedOf } from './committed.ts'
import type { ReloadEvent } from '../events.ts'
import { FormerSecrets } from '../former-secrets.ts'
import { createHistory, type History } from '../history.ts'
import { isFailure, isRepeated, samePending } from '../outcome-of.ts'
import type { Outcome, StuckModule } from '../outcome.ts'
import type { PendingRestart } from '../plan/pending-restart.ts'
import type { Pass } from '../queue/pass.ts'
import type { Unproved } from '../two-phase/way-back.ts'

const mostTrusted = 1_000

/**
 * What is true of a process: what is in force, what can be gone back to, and what stands between them.
 *
 * `committed` is one object, swapped by one assignment. `refuge` follows it when it has proved itself; until anything has,
 * it is what the boot brought. `unproved` are the commits that are not proved, oldest first: all after the refuge, and the
 * boot itself where that is the refuge. A resource that runs in neither of the two is ended.
 */
export class Ledger {
  readonly #events: EmitterSource<ReloadEvent>
  readonly #retirement: Retirement
  readonly #history: History
  readonly #trusted = new Set<string>()
  #committed: Committed | undefined
  #show: (snapshot: Snapshot<object>) => void = () => {}
  #refuge: Committed | undefined
  #isProved = false
  #unproved: readonly Unproved[] = []
  #stuck: readonly StuckModule[] = []
  /** Held by something that runs, and for no other reason still there. */
  #lingering: readonly Instance[] = []
  readonly #formerSecrets = new FormerSecrets()

  readonly #furtherSecrets: KnownSecrets | undefined
  /**
   * For what is in force and what can be gone back to; former secrets change with those. Making one takes longer than many
   * texts, and in an outage every check has something to say.
   */
  #scrubber: (Pick<Ledger, 'committed' | 'refuge'> & { readonly scrub: (text: string) => string }) | undefined

  constructor(
    events: EmitterSource<ReloadEvent>,
    retirement: Retirement,
    { historyLimit, host }: { readonly historyLimit: number; readonly host: Pick<LifecycleHost, 'furtherSecrets'> },
  ) {
    this.#events = events
    this.#retirement = retirement
    this.#history = createHistory(historyLimit)
    this.#furtherSecrets = host.furtherSecrets
  }

  get committed(): Committed | undefined {
    return this.#committed
  }

  /** What what is in force can be taken back to; undefined for the boot's own, which has nothing before it. */
  get refuge(): Committed | undefined {
    return this.#isProved || this.#refuge !== this.#committed ? this.#refuge : undefined
  }

  /** Whether what can be gone back to has had its verdict: until the first one it is the boot. */
  get isProved(): boolean {
    return this.#isProved
  }

  get unproved(): readonly Unproved[] {
    return this.#unproved
  }

  get stuck(): readonly StuckModule[] {
    return this.#stuck
  }

  get outcomes(): readonly Outcome[] {
    return this.#history.outcomes
  }

  /** What an attempt starts from. */
  get ground(): Omit<Ground, 'mode'> {
    return {
      committed: this.#committed,
      parked: parkedOf(this.#refuge, this.#committed),
      stuck: new Set(this.#stuck.map(({ module }) => module)),
      trusted: this.#trusted,
      secrets: this.secrets,
    }
  }

  /** What references gave to what is in force or can be gone back to, and secrets of earlier times. */
  get secrets(): readonly string[] {
    return [...(this.#committed?.secrets ?? []), ...(this.#refuge?.secrets ?? []), ...this.#formerSecrets]
  }

  /** Takes out of a text what is secret in what is in force, was so before, or can be gone back to. */
  scrub(text: string, section?: unknown): string {
    if (section !== undefined) return this.#newScrubber(section)(text)
    const { committed, refuge } = this
    const known = this.#scrubber
    if (known !== undefined && known.committed === committed && known.refuge === refuge) return known.scrub(text)
    const scrub = this.#newScrubber()
    this.#scrubber = { committed, refuge, scrub }
    return scrub(text)
  }

  #newScrubber(section?: unknown): (text: string) => string {
    const trees = [this.#committed?.snapshot.config, this.#refuge?.snapshot.config, section]
    const texts = trees.flatMap((tree) => [...secretTexts(tree)])
    return createScrubber([...texts, ...this.secrets], this.#furtherSecrets)
  }

  /** Everything that runs or is kept. */
  get instances(): readonly Instance[] {
    return [...this.ground.parked.values(), ...(this.#committed?.running.values() ?? []), ...this.#lingering]
  }

  /** Has every snapshot shown in the moment in which it comes into force, before anybody hears of it. */
  follow(show: (snapshot: Snapshot<object>) => void): void {
    this.#show = show
  }

  /** Puts a new state in force. What then neither runs nor is kept is ended in the background. */
  swap(next: Committed, changes: Changes): void {
    const before = this.#committed
    this.#committed = next
    this.#refuge ??= next
    this.#show(next.snapshot)
    this.#formerSecrets.note(changes, before?.secrets ?? [])
    // Whoever was shown the snapshot just now may have had a text scrubbed without the former ones.
    this.#scrubber = undefined
    this.#retireUnneeded(before?.running)
  }

  /** Notes a commit that has to prove itself, and for those before it what was committed on top. */
  await(unproved: Unproved): void {
    const superseded = this.#unproved.map((each) => supersede(each, unproved.pass))
    this.#unproved = [...superseded, unproved]
  }

  /** What is in force has proved itself. Gives the commits that waited for it. */
  prove(): readonly Unproved[] {
    const proved = this.#unproved
    const parked = this.ground.parked
    this.#refuge = this.#committed
    this.#isProved = true
    this.#unproved = []
    if (this.#committed !== undefined) this.#trust(this.#committed.snapshot.digest)
    this.#retireUnneeded(parked)
    return proved
  }

  /**
   * Swaps back to the refuge; `returned` is that in a new generation. Gives the commits that were undone. A boot that has
   * not proved itself is unproved still, and the only one.
   */
  goBack(returned: Committed, changes: Changes): readonly Unproved[] {
    const { before, undone } = this.#split()
    this.#unproved = before
    this.#refuge = returned
    this.swap(returned, changes)
    return undone
  }

  /** The same snapshot with other facts beside it: resources that had to be started anew, another list of what waits. */
  amend(facts: Partial<Omit<Committed, 'snapshot'>>): void {
    const before = this.#committed
    if (before === undefined) return
    this.#committed = { ...before, ...facts }
    if (this.#refuge === before) this.#refuge = this.#committed
    this.#retireUnneeded(before.running)
    if (!samePending(before.pending, this.#committed.pending)) this.tellPending(this.#committed.pending)
  }

  tellPending(pending: readonly PendingRestart[]): void {
    this.#events.emit({ kind: 'pending_restart', pending })
  }

  addStuck(stuck: readonly StuckModule[]): void {
    if (stuck.length > 0)
      this.#setStuck([...this.#stuck.filter(({ module }) => !stuck.some((each) => each.module === module)), ...stuck])
  }

  /** Those modules are sound again; all of them without a list. */
  clearStuck(units?: ReadonlySet<UnitId>): void {
    if (units === undefined) for (const instance of this.#committed?.running.values() ?? []) instance.unsound = false
    const left = units === undefined ? [] : this.#stuck.filter(({ module }) => !units.has(module))
    if (left.length < this.#stuck.length) this.#setStuck(left)
  }

  /** Ends a pass: its outcome is remembered, told, and given to whoever waits for it. */
  settle(pass: Pass, outcome: Outcome): void {
    // A wake-up that brought nothing new is no event, unless it ends a failure: then it clears the warning.
    const isNoNews = outcome.status === 'unchanged' && !pass.isAsked && !isFailure(this.#history.last)
    const isSilent = outcome.dryRun || isNoNews
    if (!isSilent) {
      const repeated = isRepeated(this.#history.last, outcome)
      this.#history.add(outcome, repeated)
      this.#events.emit({ kind: 'settled', outcome, repeated })
    }
    pass.settle(outcome)
  }

  /** The newest of them: a service that is changed for years must not remember everything. */
  #trust(digest: string): void {
    this.#trusted.delete(digest)
    this.#trusted.add(digest)
    const [oldest] = this.#trusted
    if (this.#trusted.size > mostTrusted && oldest !== undefined) this.#trusted.delete(oldest)
  }

  /** Ends what neither runs, nor can be gone back to, nor is held by something of those. */
  #retireUnneeded(before: Running = new Map()): void {
    const running = [...(this.#committed?.running.values() ?? [])]
    // What nobody knows the state of is nothing to go back to: the way back starts it anew.
    const parked = [...(this.#refuge?.running.values() ?? [])].filter(({ unsound }) => !unsound)
    const plain = new Set([...running, ...parked])
    const needed = withHeld(plain)
    const others = [...new Set([...before.values(), ...this.#lingering])].filter((instance) => !plain.has(instance))
    this.#lingering = others.filter((instance) => needed.has(instance))
    this.#retirement.retire(others.filter((instance) => !needed.has(instance)))
  }

  /** What stays on the way back, and what is undone. */
  #split(): { readonly before: readonly Unproved[]; readonly undone: readonly Unproved[] } {
    if (this.#isProved) return { before: [], undone: this.#unproved }
    return { before: this.#unproved.slice(0, 1).map(asNewest), undone: this.#unproved.slice(1) }
  }

  #setStuck(stuck: readonly StuckModule[]): void {
    this.#stuck = stuck
    this.#events.emit({ kind: 'stuck', stuck })
  }
}

function supersede(unproved: Unproved, by: Pass): Unproved {
  if (unproved.outcome.supersededBy !== undefined) return unproved
  return { ...unproved, outcome: Object.freeze({ ...unproved.outcome, supersededBy: by.id }) }
}

/** Nothing is committed on top of it any more. */
function asNewest(unproved: Unproved): Unproved {
  const { supersededBy: _, ...outcome } = unproved.outcome
  return { ...unproved, outcome: Object.freeze(outcome) }
}
