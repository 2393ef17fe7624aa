import { isDeepStrictEqual } from 'node:util'
import {
  compareText,
  copyRecord,
  type DifferingEntry,
  differingEntries,
  emptyRecord,
  isPlainObject,
  ownValue,
  setOwn,
} from '../primitives/json.ts'
import type { Change } from './change.ts'
import { childPath, type Path, printPath, type Segments, segmentsOf } from './path.ts'
import { isSecret } from './secrecy/secret.ts'

/**
 * Every difference between two configurations, sorted by place: none exactly when they are equal, and the same list for
 * the same contents. Objects are compared key by key, the order of keys being no difference. An array is one value, and
 * so is an object that appears, vanishes, or stands where something else stood. `{}` and `null` are values; a property
 * that is undefined is none.
 *
 * What both share by reference is not walked: the cost follows the size of the change.
 */
export function diffTrees(previous: unknown, next: unknown): readonly Change[] {
  return diffAt([], previous, next)
}

/** The differences of what stands at one place, with paths from the root. Undefined means that nothing stands there. */
export function diffAt(at: Segments, previous: unknown, next: unknown): readonly Change[] {
  if (previous === next) return []
  const changes: Change[] = []
  if (isPlainObject(previous) && isPlainObject(next)) {
    compareObjects(printPath(at), previous, next, changes)
  } else if (!isSameValue(previous, next)) {
    changes.push(toChange(printPath(at), previous, next))
  }
  return changes
}

/** True where both hold the same, by the rules of a diff; secrets by what they hold, arrays element by element. */
export function isSameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b)
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((value, index) => isSameValue(value, b[index]))
  }
  if (isPlainObject(a)) {
    return isPlainObject(b) && allKeys(a, b).every((key) => isSameValue(ownValue(a, key), ownValue(b, key)))
  }
  return isSecret(a) ? a.equals(b) : isDeepStrictEqual(a, b)
}

/**
 * The configuration that `changes` make of `tree`, frozen where it is new and shared with `tree` elsewhere: for the
 * changes of a diff, what it was compared with.
 */
export function applyChanges(tree: unknown, changes: readonly Change[]): unknown {
  // Copies made by this call: many changes of one object copy it once.
  const copies = new Set<unknown>()
  const put = (at: unknown, segments: Segments, level: number, value: unknown): unknown => {
    if (level === segments.length) return value
    const key = String(segments[level])
    const record = isPlainObject(at) ? at : emptyRecord<unknown>()
    const child = put(ownValue(record, key), segments, level + 1, value)
    const copy = copies.has(record) ? record : copyRecord(record)
    copies.add(copy)
    if (child === undefined) delete copy[key]
    else setOwn(copy, key, child)
    return copy
  }

  let result = tree
  for (const change of changes) {
    result = put(result, segmentsOf(change.path), 0, change.kind === 'removed' ? undefined : change.next)
  }
  for (const copy of copies) Object.freeze(copy)
  return result
}

/** The changes that take `changes` back. */
export function reverseChanges(changes: readonly Change[]): readonly Change[] {
  return changes.map((change): Change => {
    const { kind, path } = change
    switch (kind) {
      case 'added':
        return { kind: 'removed', path, previous: change.next }
      case 'removed':
        return { kind: 'added', path, next: change.previous }
      case 'modified':
        return { kind, path, previous: change.next, next: change.previous }
      default:
        return kind satisfies never
    }
  })
}

type Entries = Readonly<Record<string, unknown>>

function compareObjects(at: Path, previous: Entries, next: Entries, changes: Change[]): void {
  const differing = differingEntries(previous, next) ?? entriesOfBoth(previous, next)
  for (const { key, before, after } of sorted(differing)) {
    if (typeof before === 'object' && isPlainObject(before) && isPlainObject(after)) {
      compareObjects(childPath(at, key), before, after, changes)
    } else if (!isSameValue(before, after)) {
      changes.push(toChange(childPath(at, key), before, after))
    }
  }
}

function entriesOfBoth(previous: Entries, next: Entries): readonly DifferingEntry<unknown>[] {
  const entries = allKeys(previous, next).map((key) => {
    return { key, before: ownValue(previous, key), after: ownValue(next, key) }
  })
  return entries.filter(({ before, after }) => before !== after)
}

function toChange(path: Path, previous: unknown, next: unknown): Change {
  if (previous === undefined) return { kind: 'added', path, next }
  if (next === undefined) return { kind: 'removed', path, previous }
  return { kind: 'modified', path, previous, next }
}

function allKeys(a: Entries, b: Entries): readonly string[] {
  return [...Object.keys(a), ...Object.keys(b).filter((key) => !Object.hasOwn(a, key))]
}

/** Sorting among the few that differ sorts the whole list: no change stands below another one. */
function sorted(entries: readonly DifferingEntry<unknown>[]): readonly DifferingEntry<unknown>[] {
  for (let index = 1; index < entries.length; index += 1) {
    // Both are within the list.
    if ((entries[index - 1]?.key ?? '') > (entries[index]?.key ?? '')) {
      return entries.toSorted((a, b) => compareText(a.key, b.key))
    }
  }
  return entries
}
