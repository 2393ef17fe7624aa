import { TrimtabError } from '../errors/trimtab-error.ts'
import type { Brand } from '../primitives/brand.ts'
import { compareText } from '../primitives/json.ts'

/** A place in the configuration as people write it: `pool.max`, `routes["/v1/*"].upstream`, `servers[0].host`. */
export type Path = Brand<string, 'Path'>

/** The same place as keys; a number is an index of an array. The root is the empty list. */
export type Segments = readonly (string | number)[]

export const pathLimits = { characters: 512, levels: 32, key: 128 } as const

/** Prints keys as a path; `parsePath` reads it back. */
export function printPath(segments: Segments): Path {
  // The printer and the parser are the only makers of paths.
  let path = '' as Path
  for (const segment of segments) path = childPath(path, segment)
  return path
}

/** The path of what stands under `segment` at the place `parent`. */
export function childPath(parent: Path, segment: string | number): Path {
  // A printed path and one more printed key are a printed path.
  return (parent + printSegment(segment, parent === '')) as Path
}

function printSegment(segment: string | number, isFirst: boolean): string {
  if (typeof segment === 'number') return `[${segment}]`
  if (!isPlainName(segment)) return `[${JSON.stringify(segment)}]`
  return isFirst ? segment : `.${segment}`
}

/** The same as `/^[A-Za-z_][A-Za-z0-9_-]*$/`, in a third of the time: printing paths is most of what a small diff costs. */
function isPlainName(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    // What most characters are comes first.
    if (code >= 97 && code <= 122) continue
    if ((code >= 65 && code <= 90) || code === 95) continue
    if (index > 0 && ((code >= 48 && code <= 57) || code === 45)) continue
    return false
  }
  return text !== ''
}

/** Reads a path. Throws `option_invalid` with the position of the first character that does not fit. */
export function parsePath(text: string): Segments {
  if (text.length > pathLimits.characters) {
    throw refuse(text.slice(0, 60), `is longer than ${pathLimits.characters} characters`)
  }
  const segments = readPath(text)
  if (segments.length > pathLimits.levels) throw refuse(text, `has more than ${pathLimits.levels} levels`)
  return segments
}

/** The keys of a path that was printed here: whatever its length, because the place exists. */
export function segmentsOf(path: Path): Segments {
  return readPath(path)
}

function readPath(text: string): Segments {
  const segments: (string | number)[] = []
  let at = 0
  while (at < text.length) {
    const rest = text.slice(at)
    const match = /^\[(\d{1,9})\]/.exec(rest)
    if (match !== null) {
      segments.push(Number(match[1]))
      at += match[0].length
      continue
    }
    const quoted = /^\[("(?:[^"\\]|\\.)*")\]/.exec(rest)
    if (quoted !== null) {
      segments.push(unquote(quoted[1] ?? '', text, at))
      at += quoted[0].length
      continue
    }
    const name = (at === 0 ? /^([A-Za-z_][A-Za-z0-9_-]*)/ : /^\.([A-Za-z_][A-Za-z0-9_-]*)/).exec(rest)
    if (name === null) throw refuse(text, `cannot be read at character ${at + 1}`)
    segments.push(name[1] ?? '')
    at += name[0].length
  }
  return segments
}

/** The value at a place, or undefined where there is none: own properties of objects, elements of arrays. */
export function valueAt(tree: unknown, segments: Segments): unknown {
  let value = tree
  for (const segment of segments) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) return undefined
    // A list has a `length`, and "0" is no element of it but a key of an object.
    if (Array.isArray(value) !== (typeof segment === 'number')) return undefined
    // Checked above: an object with this own property; arrays are indexed by number the same way.
    value = (value as Record<string | number, unknown>)[segment]
  }
  return value
}

/** True when `path` is `ancestor` itself or below it. */
export function isUnder(path: Segments, ancestor: Segments): boolean {
  return ancestor.length <= path.length && ancestor.every((segment, index) => segment === path[index])
}

/** Sorts places key by key, the same on every machine. */
export function compareSegments(a: Segments, b: Segments): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index += 1) {
    const left = a[index]
    const right = b[index]
    if (left === right) continue
    if (typeof left === 'number' && typeof right === 'number') return left - right
    return compareText(String(left), String(right))
  }
  return a.length - b.length
}

function unquote(literal: string, text: string, at: number): string {
  try {
    // A JSON string literal by the pattern that found it.
    return JSON.parse(literal) as string
  } catch {
    throw refuse(text, `has a badly quoted key at character ${at + 2}`)
  }
}

function refuse(text: string, why: string): TrimtabError {
  return new TrimtabError(
    'option_invalid',
    `The path ${JSON.stringify(text)} ${why}. Write it like pool.max or routes["/v1/*"].upstream.`,
  )
}
