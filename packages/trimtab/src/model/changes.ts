import { isPlainObject } from '../primitives/json.ts'
import type { Change } from './change.ts'
import { diffAt, isSameValue } from './diff.ts'
import { isUnder, parsePath, type Segments, segmentsOf, valueAt } from './path.ts'
import { plainRedaction, type Redaction, type Side } from './secrecy/redaction.ts'

const inspect = Symbol.for('nodejs.util.inspect.custom')

/** A change as it is printed and sent: nothing in it is a secret. */
export type ShownChange = Change

/**
 * The differences between two configurations, sorted by place. Iterating gives typed values; everything that is printed
 * or serialised is redacted, the single changes too.
 *
 * @example
 * if (changes.has('pool.max')) resize(next.max)
 * console.log(changes.summary().join('\n')) // pool.max: 10 → 20
 */
export interface Changes extends Iterable<Change> {
  readonly size: number
  readonly isEmpty: boolean
  /** True where what stands at this place is another thing or content than before. `db` is not `dbx`. */
  has(path: string): boolean
  /** The differences of what stands at this place: of an object around it that came or went, this part of it. */
  under(path: string): Changes
  /** A line for each, redacted: `pool.max: 10 → 20`, `+ upstreams.blue`, `- limits.burst`. */
  summary(): readonly string[]
  /** One side of one change as text, redacted. */
  show(change: Change, side: Side): string
  toJSON(): readonly ShownChange[]
}

/** Without a redaction, secrets are shown as `[secret]` and nothing is known of references. */
export function createChanges(list: readonly Change[], redaction: Redaction = plainRedaction): Changes {
  let places: readonly Segments[] | undefined
  let guarded: readonly Change[] | undefined
  const placeAt = (index: number) => (places ??= list.map((change) => segmentsOf(change.path)))[index] ?? []

  const shown = (change: Change, side: Side): unknown => {
    const value = sideOf(change, side)
    return value === undefined ? undefined : redaction.show(side, segmentsOf(change.path), value)
  }
  const toShown = (change: Change): ShownChange => {
    const { kind, path } = change
    switch (kind) {
      case 'added':
        return { kind, path, next: shown(change, 'next') }
      case 'removed':
        return { kind, path, previous: shown(change, 'previous') }
      case 'modified':
        return { kind, path, previous: shown(change, 'previous'), next: shown(change, 'next') }
      default:
        return kind satisfies never
    }
  }
  const show = (change: Change, side: Side) => printValue(shown(change, side))
  const line = (change: Change): string => {
    switch (change.kind) {
      case 'added':
        return isNested(change.next) ? `+ ${change.path}` : `+ ${change.path}: ${show(change, 'next')}`
      case 'removed':
        return `- ${change.path}`
      case 'modified': {
        const previous = show(change, 'previous')
        const next = show(change, 'next')
        const before = redaction.fingerprint(change.previous)
        if (previous !== next || before === undefined) return `${change.path}: ${previous} → ${next}`
        // The same reference, and another content behind it.
        return `${change.path}: ${next} (${before} → ${redaction.fingerprint(change.next)})`
      }
      default:
        return change satisfies never
    }
  }

  const changes: Changes & { readonly [inspect]: () => unknown } = {
    size: list.length,
    isEmpty: list.length === 0,
    [Symbol.iterator]: () => (guarded ??= list.map((change) => guard(change, toShown)))[Symbol.iterator](),
    has(path) {
      const wanted = parsePath(path)
      return list.some((change, index) => {
        const at = placeAt(index)
        return isUnder(at, wanted) || (isUnder(wanted, at) && narrow(change, at, wanted, isDifferent))
      })
    },
    under(path) {
      const wanted = parsePath(path)
      const under = list.flatMap((change, index): readonly Change[] => {
        const at = placeAt(index)
        if (isUnder(at, wanted)) return [change]
        return isUnder(wanted, at) ? narrow(change, at, wanted, (from, to) => diffAt(wanted, from, to)) : []
      })
      return createChanges(under, redaction)
    },
    summary: () => list.map(line),
    show,
    toJSON: () => list.map(toShown),
    [inspect]: () => list.map(toShown),
  }
  return Object.freeze(changes)
}

const isDifferent = (from: unknown, to: unknown) => !isSameValue(from, to)

/** Compares one place inside what changed as a whole. */
function narrow<T>(
  change: Change,
  at: Segments,
  wanted: Segments,
  compare: (previous: unknown, next: unknown) => T,
): T {
  const inside = wanted.slice(at.length)
  return compare(valueAt(sideOf(change, 'previous'), inside), valueAt(sideOf(change, 'next'), inside))
}

function sideOf(change: Change, side: Side): unknown {
  if (side === 'previous') return change.kind === 'added' ? undefined : change.previous
  return change.kind === 'removed' ? undefined : change.next
}

/** A change that keeps its typed values to whoever reads its fields: a logger that prints it gets the shown one. */
function guard(change: Change, toShown: (change: Change) => ShownChange): Change {
  const print = { value: () => toShown(change), enumerable: false }
  return Object.freeze(Object.defineProperties({ ...change }, { toJSON: print, [inspect]: print }))
}

const longestText = 200

/** JSON in one line of bounded length that a terminal can be given; what is redacted stands without quotes. */
function printValue(value: unknown): string {
  const text = typeof value === 'string' && value.startsWith('[secret') ? value : (JSON.stringify(value) ?? 'nothing')
  const line = text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/gu, escapeCharacter)
  return line.length > longestText ? `${line.slice(0, longestText)}…` : line
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function isNested(value: unknown): boolean {
  return Array.isArray(value) || isPlainObject(value)
}
