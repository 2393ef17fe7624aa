import type { Change } from './change.ts'
import { isUnder, parsePath, type Segments, valueAt } from './path.ts'
import type { Redaction, Side } from './redaction.ts'
import { isSecret, redacted } from './secret.ts'

const inspect = Symbol.for('nodejs.util.inspect.custom')

/** A change as it is printed and sent: nothing in it is a secret. */
export type ShownChange = Change

/**
 * The differences between two configurations, sorted by place. Iterating gives typed values; everything that is printed
 * or serialised is redacted.
 *
 * @example
 * if (changes.has('pool.max')) resize(next.max)
 * console.log(changes.summary().join('\n')) // pool.max: 10 → 20
 */
export interface Changes extends Iterable<Change> {
  readonly size: number
  readonly isEmpty: boolean
  /** True where something at this place or below it differs. `db` is not `dbx`. */
  has(path: string): boolean
  /** Those at this place, below it, or of an object around it that came or went as a whole. */
  under(path: string): Changes
  /** A line for each, redacted: `pool.max: 10 → 20`, `+ upstreams.blue`, `- limits.burst`. */
  summary(): readonly string[]
  /** One side of one change as text, redacted. */
  show(change: Change, side: Side): string
  toJSON(): readonly ShownChange[]
}

const longestText = 200

/** Without a redaction, secrets are shown as `[secret]` and nothing is known of references. */
export function createChanges(list: readonly Change[], redaction: Redaction = plainRedaction): Changes {
  const places = list.map((change) => ({ change, at: parsePath(change.path) }))
  const select = (path: string) => {
    const wanted = parsePath(path)
    return places.filter(
      ({ change, at }) => isUnder(at, wanted) || (isUnder(wanted, at) && touches(change, wanted.slice(at.length))),
    )
  }
  const shown = (change: Change, side: Side) => {
    const value = side === 'previous' ? previousOf(change) : nextOf(change)
    return value === undefined ? undefined : redaction.show(side, parsePath(change.path), value)
  }
  const text = (change: Change, side: Side) => {
    const value = shown(change, side)
    if (value === undefined) return 'nothing'
    const json = typeof value === 'string' && value.startsWith('[secret') ? value : (JSON.stringify(value) ?? 'nothing')
    return json.length > longestText ? `${json.slice(0, longestText)}…` : json
  }
  const toJSON = () =>
    list.map((change): ShownChange => {
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
    })
  const changes: Changes & { readonly [inspect]: () => unknown } = {
    size: list.length,
    isEmpty: list.length === 0,
    [Symbol.iterator]: () => list[Symbol.iterator](),
    has: (path) => select(path).length > 0,
    under: (path) =>
      createChanges(
        select(path).map(({ change }) => change),
        redaction,
      ),
    summary: () =>
      list.map((change) => {
        switch (change.kind) {
          case 'added':
            return `+ ${change.path}: ${text(change, 'next')}`
          case 'removed':
            return `- ${change.path}`
          case 'modified':
            return `${change.path}: ${text(change, 'previous')} → ${text(change, 'next')}`
          default:
            return change satisfies never
        }
      }),
    show: text,
    toJSON,
    [inspect]: toJSON,
  }
  return Object.freeze(changes)
}

/** Whether a place below what changed as a whole differs. */
function touches(change: Change, below: Segments): boolean {
  return valueAt(previousOf(change), below) !== undefined || valueAt(nextOf(change), below) !== undefined
}

function previousOf(change: Change): unknown {
  return change.kind === 'added' ? undefined : change.previous
}

function nextOf(change: Change): unknown {
  return change.kind === 'removed' ? undefined : change.next
}

const plainRedaction: Redaction = { show: (_side, _path, value) => hide(value) }

function hide(value: unknown): unknown {
  if (isSecret(value)) return redacted
  if (Array.isArray(value)) return value.map(hide)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, hide(each)]))
}
