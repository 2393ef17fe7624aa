import type { Layer } from '../model/layer.ts'
import type { Origin } from '../model/origin.ts'
import { isUnder, parsePath, type Path, printPath, type Segments, valueAt } from '../model/path.ts'
import { originOf } from '../model/provenance.ts'
import { referencesIn } from '../model/secrecy/redaction.ts'
import { isSecret, redacted } from '../model/secrecy/secret.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { isPlainObject, type JsonObject } from '../primitives/json.ts'
import type { PendingRestart } from '../reload/plan/pending-restart.ts'
import { unknownValue } from '../schema/redact.ts'
import { sectionAt } from '../schema/section.ts'
import { type Marks, marksAt, type ObjectShape, shapesAt } from '../schema/shape.ts'

/** What one source says about a place. */
export interface Contribution {
  readonly origin: Origin
  /** As written, references unresolved; `[secret]` where the field is one. */
  readonly value: unknown
  /** Whether it is what applies, or a part of it: objects of several sources add up. */
  readonly wins: boolean
  /** Who hides it, where it does not. */
  readonly shadowedBy: Origin | undefined
}

/** Everything known about one place of the configuration. Nothing in it is a secret. */
export interface Explanation {
  readonly path: Path
  /** What readers hold, redacted. */
  readonly value: unknown
  /** Who set it; undefined where it is the schema's default. */
  readonly origin: Origin | undefined
  /** Every source that says something about it, the highest first. */
  readonly contributions: readonly Contribution[]
  readonly marks: Marks
  readonly description: string | undefined
  readonly expected: string
  readonly default: unknown
  /** What is configured here or below and waits for a restart. */
  readonly pendingRestart: readonly PendingRestart[]
}

export interface ExplainFacts {
  readonly shape: ObjectShape
  readonly snapshot: Snapshot<object>
  /** The newest ones, whose lines are those of the files as they are now. */
  readonly layers: readonly Layer[]
  readonly pending: readonly PendingRestart[]
  readonly isReference: (text: string) => boolean
}

/** Throws `option_invalid` for a path that the schema does not have. */
export function explainPath(text: string, facts: ExplainFacts): Explanation {
  const { shape, snapshot, layers, pending } = facts
  const path = parsePath(text)
  // A section is looked up by the same names, and says which was most likely meant.
  const found = shapesAt(shape, path)[0] ?? sectionAt(shape, text).shape
  const marks = marksAt(shape, path)
  const { winner, overridden } = originOf(layers, path)
  const winning = layers.find((layer) => layer.source === winner?.source)
  const says = [
    ...(winner === undefined || winning === undefined ? [] : [{ origin: winner, value: valueAt(winning.tree, path) }]),
    ...overridden,
  ]
  const above = winner ?? hiderOf(layers, path)
  // Objects add up: a lower one is hidden by a value of another kind, not by another object.
  const wins = says.map((_, index) => {
    return winner !== undefined && (index === 0 || says.slice(0, index + 1).every((each) => isPlainObject(each.value)))
  })
  return {
    path: printPath(path),
    value: showRead(facts, path, valueAt(snapshot.config, path)),
    origin: winner,
    contributions: says.map(({ origin, value }, index) => ({
      origin,
      value: showWritten(facts, path, value),
      wins: wins[index] === true,
      shadowedBy: wins[index] === true ? undefined : above,
    })),
    marks,
    description: found.description,
    expected: found.expected,
    default: marks.secret ? undefined : found.default,
    pendingRestart: pending.filter((each) => isUnder(parsePath(each.path), path)),
  }
}

/** Who set something else than an object around the place, so that nothing below it counts. */
function hiderOf(layers: readonly Layer[], path: Segments): Origin | undefined {
  const [hider] = path.flatMap((_, length) => {
    const { winner } = originOf(layers, path.slice(0, length))
    const layer = layers.find(({ source }) => source === winner?.source)
    return layer === undefined || isPlainObject(valueAt(layer.tree, path.slice(0, length))) ? [] : [winner]
  })
  return hider
}

/** What a person wrote: references as they stand, literals of secret fields hidden, and what may be a misplaced one. */
function showWritten(facts: ExplainFacts, at: Segments, value: unknown): unknown {
  return mapLeaves(at, value, (leaf, place) => {
    if (leaf !== null && !isExpected(facts.shape, place)) return unknownValue
    return marksAt(facts.shape, place).secret ? showSecret(facts, leaf) : leaf
  })
}

/** Whether a single value belongs there: not under a misspelt key, and not where an object is expected. */
function isExpected(shape: ObjectShape, place: Segments): boolean {
  for (let length = place.length; length > 0; length -= 1) {
    const shapes = shapesAt(shape, place.slice(0, length))
    if (shapes.length > 0) return shapes.some(({ kind }) => kind === 'leaf')
  }
  return false
}

/** What readers hold: secrets hidden, and what a reference gave shown as the reference. */
function showRead(facts: ExplainFacts, at: Segments, value: unknown): unknown {
  const whole = writtenAt(facts.snapshot.written, at)
  if (!isSecret(value) && typeof whole === 'string' && facts.isReference(whole)) return whole
  return mapLeaves(at, value, (leaf, place) => {
    const written = writtenAt(facts.snapshot.written, place)
    if (isSecret(leaf)) return showSecret(facts, written)
    return typeof written === 'string' && facts.isReference(written) ? written : leaf
  })
}

/** What was written there, or above it: what a reference gave may have been taken apart. */
function writtenAt(tree: JsonObject, place: Segments): unknown {
  let written: unknown = tree
  for (const segment of place) {
    if (typeof written === 'string') break
    written = valueAt(written, [segment])
  }
  return written
}

/** The references in what was written, and nothing of what stands between them. */
function showSecret({ isReference }: ExplainFacts, written: unknown): string {
  return (typeof written === 'string' ? referencesIn(written, isReference) : undefined) ?? redacted
}

function mapLeaves(at: Segments, value: unknown, show: (leaf: unknown, place: Segments) => unknown): unknown {
  if (Array.isArray(value)) return value.map((each, index) => mapLeaves([...at, index], each, show))
  if (!isPlainObject(value)) return show(value, at)
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapLeaves([...at, key], each, show)]))
}
