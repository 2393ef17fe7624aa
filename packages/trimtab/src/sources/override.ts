import { TrimtabError } from '../errors/trimtab-error.ts'
import { digestOf } from '../model/digest.ts'
import { setAt } from '../model/edit.ts'
import type { Layer } from '../model/layer.ts'
import { mergeTrees } from '../model/merge.ts'
import type { Location } from '../model/origin.ts'
import { parsePath, type Path, printPath, type Segments, valueAt } from '../model/path.ts'
import { sourceName } from '../model/source-name.ts'
import { onAbort } from '../primitives/concurrency/abort.ts'
import type { Clock, Timer } from '../primitives/time/clock.ts'
import { createEmitter, type Emitter } from '../primitives/emitter.ts'
import { compareText, emptyRecord, isPlainObject, type Json, type JsonObject, typeName } from '../primitives/json.ts'
import { durationQuantity } from '../schema/quantity.ts'
import { toJson } from './json-tree.ts'
import type { Source } from './source.ts'
import { obstacleTo, whyNotSettable } from './text/settable-path.ts'

/** Without these nobody can override: it ends, and somebody said why. */
export interface OverrideTerms {
  /** How long it applies: milliseconds, or text with a unit (`'15m'`). More than nothing, and at most 7 days. */
  readonly for: number | string
  /** Why, for whoever finds it: shown with the values it sets. 1 to 4,000 characters. */
  readonly reason: string
}

/** Values that stand above every source until a time. */
export interface Override {
  readonly id: string
  /** The places it sets, sorted. The values are in the configuration, where the schema says which are secret. */
  readonly paths: readonly Path[]
  readonly reason: string
  /** Wall time in milliseconds since 1970, to be shown: what ends it is measured on the monotonic clock. */
  readonly appliedAt: number
  readonly expiresAt: number
  /** Ends it now. Idempotent, and harmless when it has ended. */
  withdraw(): void
}

/** What happened to one override, without its values. */
export interface OverrideEvent {
  readonly kind: 'applied' | 'withdrawn' | 'expired'
  readonly override: Omit<Override, 'withdraw'>
}

export interface Overrides extends Emitter<OverrideEvent> {
  /** The layer of all that are in force, to be put above every other source. */
  readonly source: Source
  /**
   * Sets values until they expire or are withdrawn; of several overrides the last one wins, place by place. Objects
   * merge, as those of layers do; lists are set as a whole. `null` is a value: an override cannot remove what a layer
   * below has set. Throws `option_invalid` for what cannot be understood, and changes nothing then.
   *
   * @example
   * overrides.apply({ 'pool.max': 50 }, { for: '15m', reason: 'INC-1234: database is slow' })
   */
  apply(edits: Readonly<Record<string, Json>>, terms: OverrideTerms): Override
  /** Those in force, the first applied first. */
  list(): readonly Override[]
  /** Ends all of them without a word and lets nothing more be applied. Idempotent. */
  close(): void
}

export interface OverridesOptions {
  readonly clock: Clock
}

interface Entry {
  readonly override: Override
  readonly tree: JsonObject
  /** On the monotonic clock. */
  readonly endsAt: number
  readonly timer: Timer
}

/** How long an override may apply, in milliseconds, and how long its reason may be. */
export const overrideLimits = { longest: 7 * 24 * 60 * 60 * 1_000, reasonCharacters: 4_000 } as const
const name = sourceName('override', 'plane')

/** Overrides of one plane. They end with the process: what is to last belongs into a source. */
export function createOverrides({ clock }: OverridesOptions): Overrides {
  const events = createEmitter<OverrideEvent>()
  const wakes = createEmitter<void>()
  let entries: readonly Entry[] = []
  let merged = mergeTrees([])
  let layer = layerOf(entries, merged.tree)
  let count = 0
  let isClosed = false

  const replaceEntries = (next: readonly Entry[]) => {
    entries = next
    merged = mergeTrees(
      entries.map(({ tree }) => tree),
      merged,
    )
    layer = layerOf(entries, merged.tree)
  }
  const announce = (kind: OverrideEvent['kind'], { id, paths, reason, appliedAt, expiresAt }: Override) => {
    events.emit({ kind, override: { id, paths, reason, appliedAt, expiresAt } })
    wakes.emit()
  }
  const end = (kind: 'withdrawn' | 'expired', ended: (entry: Entry) => boolean) => {
    const over = entries.filter(ended)
    if (over.length === 0) return
    replaceEntries(entries.filter((entry) => !over.includes(entry)))
    for (const { timer, override } of over) {
      timer.cancel()
      announce(kind, override)
    }
  }
  /** Also asked before each reading: a timer may be late, an expired value must not apply. */
  const endExpired = () => end('expired', ({ endsAt }) => endsAt <= clock.monotonic())

  const source = Object.freeze<Source>({
    name,
    optional: false,
    strict: true,
    references: 'allow_listed',
    follows: 'push',
    open() {
      let given: Layer | undefined
      return {
        async read() {
          endExpired()
          given = layer
          return { kind: 'layer', layer, warnings: [] }
        },
        async watch(wake, signal) {
          if (signal.aborted) return
          const stop = wakes.on(wake)
          // What has changed since the last reading has woken nobody.
          if (given !== layer) wake()
          await new Promise<void>((resolve) => void onAbort(signal, resolve))
          stop()
        },
        close: async () => {},
      }
    },
  })

  return {
    source,
    on: events.on,
    apply(edits, terms) {
      if (isClosed) throw new TrimtabError('plane_closed', 'An override cannot be applied: the plane is closed.')
      const duration = readDuration(terms.for)
      const reason = readReason(terms.reason)
      const { tree, paths } = readEdits(edits)
      endExpired()

      count += 1
      const id = `override-${count}`
      const appliedAt = clock.now()
      const withdraw = () => end('withdrawn', ({ override: { id: other } }) => other === id)
      const override = Object.freeze({ id, paths, reason, appliedAt, expiresAt: appliedAt + duration, withdraw })
      // By its id: the system's timers may come a fraction of a millisecond early.
      const timer = clock.schedule(duration, () => end('expired', ({ override: { id: other } }) => other === id))
      replaceEntries([...entries, { override, tree, endsAt: clock.monotonic() + duration, timer }])
      announce('applied', override)
      return override
    },
    list() {
      endExpired()
      return entries.map(({ override }) => override)
    },
    close() {
      isClosed = true
      for (const { timer } of entries) timer.cancel()
      replaceEntries([])
    },
  }
}

function layerOf(entries: readonly Entry[], tree: JsonObject): Layer {
  const locate = (path: Segments): Location | undefined => {
    for (let length = path.length; length > 0; length -= 1) {
      const entry = entries.findLast((each) => valueAt(each.tree, path.slice(0, length)) !== undefined)
      if (entry !== undefined) return { kind: 'call', reason: entry.override.reason }
    }
    return undefined
  }
  return Object.freeze({ source: name, tree, digest: digestOf(tree), locate })
}

/** The edits as a tree; of one that sets an object and one that sets a field in it, the deeper one wins. */
function readEdits(edits: Readonly<Record<string, Json>>): {
  readonly tree: JsonObject
  readonly paths: readonly Path[]
} {
  if (!isPlainObject(edits)) throw invalid('edits', `expected paths and their values, received ${typeName(edits)}`)
  const values = new Map<Path, { readonly path: Segments; readonly value: Json }>()
  for (const [text, given] of Object.entries(edits)) {
    const path = parsePath(text)
    const printed = printPath(path)
    const why = whyNotSettable(path)
    if (why !== undefined) throw invalid('edits', `${text}: ${why}`)
    if (values.has(printed)) throw invalid('edits', `${printed} is set twice`)
    const value = toJson(given, path)
    if (!value.ok)
      throw invalid('edits', value.error.map((flaw) => `${flaw.path ?? printed}: ${flaw.message}`).join('; '))
    values.set(printed, { path, value: value.value })
  }
  if (values.size === 0) throw invalid('edits', 'at least one path has to be set')

  let tree: JsonObject = Object.freeze(emptyRecord<Json>())
  for (const { path, value } of [...values.values()].sort((a, b) => a.path.length - b.path.length)) {
    const obstacle = obstacleTo(tree, path)
    if (obstacle !== undefined) throw invalid('edits', `${printPath(obstacle)} is no object, and a field in it is set`)
    tree = setAt(tree, path, value)
  }
  return { tree, paths: Object.freeze([...values.keys()].sort(compareText)) }
}

function readDuration(written: number | string): number {
  const bounds = { min: 1, max: overrideLimits.longest }
  const parsed = durationQuantity.parse(written, bounds)
  if (parsed === undefined) throw invalid('for', `expected ${durationQuantity.phrase(bounds)}`)
  return parsed
}

function readReason(reason: string): string {
  if (typeof reason === 'string' && /\S/.test(reason) && reason.length <= overrideLimits.reasonCharacters) return reason
  throw invalid(
    'reason',
    `expected the reason in 1 to ${overrideLimits.reasonCharacters} characters, for whoever finds the override`,
  )
}

function invalid(option: string, why: string): TrimtabError {
  return new TrimtabError('option_invalid', `The ${option} of an override cannot be used: ${why}.`)
}
