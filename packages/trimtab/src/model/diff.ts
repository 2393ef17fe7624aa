import { isPlainObject } from '../primitives/json.ts'
import { setOwn } from '../primitives/record.ts'
import type { Change } from './change.ts'
import { compareSegments, parsePath, printPath, type Segments } from './path.ts'
import { isSecret } from './secret.ts'

/**
 * Every difference between two configurations, sorted by place. Subtrees that are the same object are not looked into,
 * so that the cost follows the size of the change where structure is shared. Keys with the value `undefined` count as
 * absent; secrets are compared by their content.
 */
export function diffTrees(previous: unknown, next: unknown): readonly Change[] {
  if (previous === next) return []
  const found: Found[] = []
  compare(previous, next, [], found)
  if (found.length > 1) found.sort((a, b) => compareSegments(a.at, b.at))
  return found.map(({ change }) => change)
}

/** The configuration that `changes` make of `tree`. The tree is left as it is. */
export function applyChanges(tree: unknown, changes: readonly Change[]): unknown {
  return changes.reduce((result, change) => {
    const segments = parsePath(change.path)
    return put(result, segments, change.kind === 'removed' ? undefined : change.next)
  }, tree)
}

/** The changes that take `changes` back, in the same order. */
export function reverseChanges(changes: readonly Change[]): readonly Change[] {
  return changes.map((change) => {
    switch (change.kind) {
      case 'added':
        return { kind: 'removed', path: change.path, previous: change.next }
      case 'removed':
        return { kind: 'added', path: change.path, next: change.previous }
      case 'modified':
        return { ...change, previous: change.next, next: change.previous }
      default:
        return change satisfies never
    }
  })
}

/** True where both hold the same: order of keys counts for nothing, order of elements does. */
export function isSameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b) || (a === 0 && b === 0)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (isSecret(a)) return a.equals(b)
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((each, index) => isSameValue(each, b[index]))
  if (!isPlainObject(a) || !isPlainObject(b)) return false
  for (const key in a) if (!isSameValue(a[key], Object.hasOwn(b, key) ? b[key] : undefined)) return false
  for (const key in b) if (b[key] !== undefined && !Object.hasOwn(a, key)) return false
  return true
}

interface Found {
  readonly at: Segments
  readonly change: Change
}

/** `trail` is where the two stand; it is changed on the way and copied only where there is a change. */
function compare(previous: unknown, next: unknown, trail: string[], found: Found[]): void {
  if (!isBranch(previous) || !isBranch(next)) {
    if (!isSameValue(previous, next)) note(previous, next, trail, found)
    return
  }
  // Frozen trees of our own making: they have no inherited enumerable keys.
  for (const key in previous) {
    const before = previous[key]
    if (before === next[key]) continue
    const after = Object.hasOwn(next, key) ? next[key] : undefined
    if (before === after) continue
    trail.push(key)
    if (after === undefined || before === undefined) note(before, after, trail, found)
    else compare(before, after, trail, found)
    trail.pop()
  }
  for (const key in next) {
    const after = next[key]
    if (after === undefined || Object.hasOwn(previous, key)) continue
    trail.push(key)
    note(undefined, after, trail, found)
    trail.pop()
  }
}

function note(previous: unknown, next: unknown, trail: readonly string[], found: Found[]): void {
  const at = [...trail]
  const path = printPath(at)
  if (previous === undefined) found.push({ at, change: { kind: 'added', path, next } })
  else if (next === undefined) found.push({ at, change: { kind: 'removed', path, previous } })
  else found.push({ at, change: { kind: 'modified', path, previous, next } })
}

function isBranch(value: unknown): value is Record<string, unknown> {
  return isPlainObject(value)
}

function put(at: unknown, segments: Segments, value: unknown): unknown {
  const [first, ...rest] = segments
  if (first === undefined) return value
  const copy: Record<string, unknown> = {}
  if (isPlainObject(at)) for (const key of Object.keys(at)) setOwn(copy, key, at[key])
  const key = String(first)
  const child = put(Object.hasOwn(copy, key) ? copy[key] : undefined, rest, value)
  if (child === undefined) delete copy[key]
  else setOwn(copy, key, child)
  return copy
}
