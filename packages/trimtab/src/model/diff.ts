import { isDeepStrictEqual } from 'node:util'
import { copyRecord, differingKeys, emptyRecord, isPlainObject, ownValue, setOwn } from '../primitives/json.ts'
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
  const differing = differingKeys(previous, next)
  if (differing === undefined) {
    for (const key of sorted(allKeys(previous, next))) {
      compareEntry(at, key, ownValue(previous, key), ownValue(next, key), changes)
    }
  } else {
    for (const key of sorted(differing)) compareEntry(at, key, previous[key], next[key], changes)
  }
}

function compareEntry(at: Path, key: string, previous: unknown, next: unknown, changes: Change[]): void {
  if (previous === next) return
  if (typeof previous === 'object' && isPlainObject(previous) && isPlainObject(next)) {
    compareObjects(childPath(at, key), previous, next, changes)
  } else if (!isSameValue(previous, next)) {
    changes.push(toChange(childPath(at, key), previous, next))
  }
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
function sorted(keys: readonly string[]): readonly string[] {
  for (let index = 1; index < keys.length; index += 1) {
    if ((keys[index - 1] ?? '') > (keys[index] ?? '')) return [...keys].sort()
  }
  return keys
}
