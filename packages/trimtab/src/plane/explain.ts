import { TrimtabError } from '../errors/trimtab-error.ts'
import type { Layer } from '../model/layer.ts'
import type { Origin } from '../model/origin.ts'
import { isUnder, parsePath, type Path, printPath, type Segments, valueAt } from '../model/path.ts'
import { originOf } from '../model/provenance.ts'
import { isSecret, redacted } from '../model/secret.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { isPlainObject } from '../primitives/json.ts'
import type { PendingRestart } from '../reload/outcome.ts'
import { nearestName } from '../schema/check/did-you-mean.ts'
import { type Marks, marksAt, type ObjectShape, shapesAt } from '../schema/shape.ts'

/** What one source says about a place. */
export interface Contribution {
  readonly origin: Origin
  /** As written, references unresolved; `[secret]` where the field is one. */
  readonly value: unknown
  /** Whether it is what applies. */
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
  const found = shapesAt(shape, path)[0]
  if (found === undefined) throw unknownPath(text, shape)
  const marks = marksAt(shape, path)
  const { winner, overridden } = originOf(layers, path)
  const winning = layers.find((layer) => layer.source === winner?.source)
  const says = [
    ...(winner === undefined || winning === undefined ? [] : [{ origin: winner, value: valueAt(winning.tree, path) }]),
    ...overridden,
  ]
  return {
    path: printPath(path),
    value: showRead(facts, path, valueAt(snapshot.config, path), valueAt(snapshot.written, path)),
    origin: winner,
    contributions: says.map(({ origin, value }, index) => ({
      origin,
      value: showWritten(facts, path, value),
      wins: index === 0,
      shadowedBy: index === 0 ? undefined : winner,
    })),
    marks,
    description: found.description,
    expected: found.expected,
    default: marks.secret ? undefined : found.default,
    pendingRestart: pending.filter((each) => isUnder(parsePath(each.path), path)),
  }
}

/** What a person wrote: references as they stand, literals of secret fields hidden. */
function showWritten(facts: ExplainFacts, at: Segments, value: unknown): unknown {
  return mapLeaves(at, value, (leaf, place) => {
    if (typeof leaf === 'string' && facts.isReference(leaf)) return leaf
    return marksAt(facts.shape, place).secret ? redacted : leaf
  })
}

/** What readers hold: secrets hidden, and what a reference gave shown as the reference. */
function showRead(facts: ExplainFacts, at: Segments, value: unknown, written: unknown): unknown {
  if (typeof written === 'string' && facts.isReference(written)) return written
  return mapLeaves(at, value, (leaf, place) => {
    if (isSecret(leaf)) return redacted
    const source = valueAt(written, place.slice(at.length))
    return typeof source === 'string' && facts.isReference(source) ? source : leaf
  })
}

function mapLeaves(at: Segments, value: unknown, show: (leaf: unknown, place: Segments) => unknown): unknown {
  if (Array.isArray(value)) return value.map((each, index) => mapLeaves([...at, index], each, show))
  if (!isPlainObject(value)) return show(value, at)
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapLeaves([...at, key], each, show)]))
}

function unknownPath(text: string, shape: ObjectShape): TrimtabError {
  const nearest = nearestName(text, [...shape.fields.keys()])
  const hint = nearest === undefined ? `It has ${[...shape.fields.keys()].join(', ')}` : `Did you mean ${nearest}`
  return new TrimtabError(
    'option_invalid',
    `The configuration has no ${JSON.stringify(text)}. ${hint}${nearest === undefined ? '.' : '?'}`,
  )
}
