import {
  createPlane,
  type Json,
  type JsonObject,
  type Outcome,
  type OverrideTerms,
  type PlaneOptions,
  type PlaneReloadOptions,
  type PlaneState,
  type Source,
} from 'trimtab'
import { createManualClock, createRecording, scriptedSource } from 'trimtab/testing'
import { createWitness } from '../../support/no-leak.ts'
import { settle } from '../../support/settle.ts'
import { shopConfig } from './shop-config.ts'
import { shopModules } from './shop-modules.ts'

type Schema = (typeof shopConfig)['schema']
type ShopPlane = Awaited<ReturnType<typeof createPlane<Schema>>>
type ShopOptions = Pick<PlaneOptions<Schema>, 'checks' | 'guard' | 'health' | 'tenants'>

/** The service of the features: what it is made with, what it was asked for, and what came of it. */
export class Shop implements AsyncDisposable {
  readonly clock = createManualClock()
  readonly recording = createRecording()
  /** Keeps all that is printed, logged and told. */
  readonly witness = createWitness()
  readonly modules = shopModules(this.recording)
  #options: ShopOptions = {}
  readonly #content = scriptedSource()
  #source: Source = quiet(this.#content)
  #hasRealTime = false
  #plane: ShopPlane | undefined
  /** Its run, once it has been told to stop. */
  #ended: Promise<number> | undefined
  #tree: JsonObject = {}
  /** What each change or reload that was asked for ended as; undefined while it is under way. */
  readonly #asked: (Outcome | undefined)[] = []

  /** How it is made: before it runs. */
  with(more: (options: ShopOptions) => ShopOptions): void {
    this.#options = more(this.#options)
  }

  /** Where real files are followed, time can't be moved by hand. */
  inRealTime(source: Source = this.#source): void {
    this.#hasRealTime = true
    this.#source = source
  }

  /** It reads this, and is told by it of what changes. */
  follow(source: Source): void {
    this.#source = source
  }

  async start(): Promise<void> {
    await this.begin()
    // The boot has to prove itself as well: in a minute it has, or has failed to.
    await this.clock.advance(60_000)
    this.recording.clear()
  }

  /** Starts it, and waits for nothing more. */
  async begin(): Promise<void> {
    const { clock, modules, witness } = this
    this.#plane = await createPlane({
      ...this.#options,
      config: shopConfig,
      sources: [this.#source],
      modules,
      logger: witness.logger,
      clock: this.#hasRealTime ? undefined : clock,
      // Delays are half of the most they can be.
      random: () => 0.5,
    })
    witness.watch(this.#plane)
  }

  get plane(): ShopPlane {
    if (this.#plane === undefined) throw new Error('The service does not run yet')
    return this.#plane
  }

  /** Its state while it runs. */
  get state(): Extract<PlaneState, { kind: 'running' }> {
    const { state } = this.plane
    if (state.kind !== 'running') throw new Error(`The service is ${state.kind}`)
    return state
  }

  /** What the configuration says from now on, by path, beside what it said before. Before the start it is what it starts with. */
  async change(edits: Readonly<Record<string, Json>>, options: PlaneReloadOptions = {}): Promise<void> {
    for (const [path, value] of Object.entries(edits)) this.#tree = edited(this.#tree, path.split('.'), value)
    this.#content.set(this.#tree)
    if (this.#plane !== undefined) await this.reload(options)
  }

  /** What a dry run says of the change. */
  async rehearse(edits: Readonly<Record<string, Json>>): Promise<void> {
    let tree = this.#tree
    for (const [path, value] of Object.entries(edits)) tree = edited(tree, path.split('.'), value)
    this.recording.clear()
    await this.#ask(this.plane.reload({ dryRun: true, candidate: { tree } }))
  }

  async reload(options: PlaneReloadOptions = {}): Promise<void> {
    this.recording.clear()
    await this.#ask(this.plane.reload(options))
  }

  async override(edits: Readonly<Record<string, Json>>, terms: OverrideTerms): Promise<void> {
    await this.#ask(this.plane.override(edits, terms).then(({ outcome }) => outcome))
  }

  /** As a signal of the process does. */
  async tellToStop(): Promise<void> {
    const stop = new AbortController()
    this.#ended = this.plane.run({ signals: false, exit: false, signal: stop.signal })
    stop.abort()
    await this.clock.advance(0)
  }

  /** The code it ends with, once it has been told to stop. */
  get ended(): Promise<number> {
    if (this.#ended === undefined) throw new Error('Nobody told it to stop')
    return this.#ended
  }

  /** Waits for something that comes from outside of the process. */
  async until(isSo: () => boolean): Promise<void> {
    if (isSo()) return
    await new Promise<void>((resolve) => {
      const stop = this.plane.events.on(() => {
        if (!isSo()) return
        stop()
        resolve()
      })
    })
  }

  /** What became of what was asked for last, or of the one at that place, counted from 1. */
  outcome(place = this.#asked.length): Outcome {
    const outcome = this.#asked[place - 1]
    if (outcome === undefined)
      throw new Error(place > this.#asked.length ? 'Nothing was asked for' : 'It has not ended')
    return outcome
  }

  get isDecided(): boolean {
    return !this.#asked.includes(undefined)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#plane === undefined) return
    const ended = Promise.all([this.#plane.close(), this.#ended])
    await (this.#hasRealTime ? ended : settle(this.clock, ended))
  }

  async #ask(asked: Promise<Outcome>): Promise<void> {
    const place = this.#asked.push(undefined) - 1
    // One that the scenario does not wait for ends with the service: it has no outcome.
    const answered = asked.then(
      (outcome) => (this.#asked[place] = outcome),
      () => undefined,
    )
    await (this.#hasRealTime ? answered : this.clock.advance(0))
  }
}

function edited(tree: JsonObject, [name = '', ...rest]: readonly string[], value: Json): JsonObject {
  if (rest.length === 0) return { ...tree, [name]: value }
  const inner = tree[name]
  const isObject = typeof inner === 'object' && inner !== null && !Array.isArray(inner)
  // Neither null nor a list: an object.
  return { ...tree, [name]: edited(isObject ? (inner as JsonObject) : {}, rest, value) }
}

/** Tells of no change by itself: what is configured is taken up when somebody asks for it, in the way they ask. */
function quiet(source: Source): Source {
  return {
    ...source,
    open(host) {
      const { read, close } = source.open(host)
      return { read, close }
    },
  }
}
