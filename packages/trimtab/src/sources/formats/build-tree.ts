import { type Segments, pathLimits, printPath } from '../../model/path.ts'
import { type Json, emptyRecord, typeName } from '../../primitives/json.ts'
import { whyNotKey } from '../json-tree.ts'
import { sourceLimits } from '../limits.ts'
import type { Finding, FormatReport } from './format-report.ts'
import type { Place } from './place.ts'
import type { TextLines } from './text-lines.ts'

/** What a parser found, before it is known to be usable as configuration. Inner nodes are made when they are asked for. */
export type RawNode =
  | { readonly kind: 'object'; readonly offset: number | undefined; readonly entries: () => Iterable<RawEntry> }
  | { readonly kind: 'array'; readonly offset: number | undefined; readonly items: () => Iterable<RawNode> }
  | { readonly kind: 'scalar'; readonly offset: number | undefined; readonly value: unknown }
  /** Reported already. */
  | { readonly kind: 'refused' }

export interface RawEntry {
  readonly key: string
  readonly keyOffset: number | undefined
  readonly node: RawNode
}

/** Stands for a whole number that has more digits than a number can keep. */
export const inexactInteger = Symbol('inexact integer')

interface Built {
  readonly value: Json
  readonly place: Place
}

const halfCharacter = /\p{Surrogate}/u

/**
 * Makes the tree of one file and the places of its values. All formats pass through here, so that the same content is
 * refused in each: keys set twice, prototype keys, odd keys, deep nesting, and values that JSON cannot carry. The
 * result is usable only when the report is empty.
 */
export function buildTree(root: RawNode, lines: TextLines, report: FormatReport): Built {
  const path: (string | number)[] = []
  const nothing = (offset: number | undefined): Built => ({ value: null, place: { lines, offset } })
  const refuse = (finding: Finding) => report.add({ path: [...path], ...finding })

  const build = (node: RawNode, keyOffset?: number): Built => {
    switch (node.kind) {
      case 'object':
      case 'array': {
        if (path.length < sourceLimits.levels)
          return node.kind === 'object' ? buildObject(node, keyOffset) : buildArray(node, keyOffset)
        refuse({ ...tooDeep, offset: node.offset })
        return nothing(node.offset)
      }
      case 'scalar': {
        const why = whyNotJson(node.value)
        if (why !== undefined) refuse({ ...why, offset: node.offset })
        // Whatever is no JSON has just been refused. Minus zero is written as 0 everywhere else.
        const value = (node.value === 0 ? 0 : node.value) as Json
        return { value, place: { lines, offset: node.offset, keyOffset } }
      }
      case 'refused':
        return nothing(undefined)
      default:
        return node satisfies never
    }
  }

  const buildObject = (node: Extract<RawNode, { kind: 'object' }>, ownKeyOffset: number | undefined): Built => {
    const value = emptyRecord<Json>()
    const members = new Map<string, Place>()
    const keyOffsets = new Map<string, number | undefined>()
    for (const entry of node.entries()) {
      const { key, keyOffset } = entry
      // The path is that of the parent: such a key is not worth printing.
      const why = whyNotKey(key) ?? whyNotPath(key, path)
      if (why !== undefined) {
        refuse({ code: why.code, message: why.message, hint: why.hint, offset: keyOffset })
        continue
      }
      path.push(key)
      if (keyOffsets.has(key)) refuse({ ...setTwice(lines, keyOffsets.get(key)), offset: keyOffset })
      keyOffsets.set(key, keyOffset)
      const built = build(entry.node, keyOffset)
      path.pop()
      value[key] = built.value
      members.set(key, built.place)
    }
    return { value, place: { lines, offset: node.offset, keyOffset: ownKeyOffset, members } }
  }

  const buildArray = (node: Extract<RawNode, { kind: 'array' }>, keyOffset: number | undefined): Built => {
    const value: Json[] = []
    const items: Place[] = []
    for (const item of node.items()) {
      path.push(value.length)
      const built = build(item)
      path.pop()
      value.push(built.value)
      items.push(built.place)
    }
    return { value, place: { lines, offset: node.offset, keyOffset, items } }
  }

  return build(root)
}

export const tooDeep: Finding = {
  code: 'too_deep',
  message: `nested deeper than ${sourceLimits.levels} levels`,
  hint: 'Make the structure flatter.',
}

export const inexact: Finding = {
  code: 'not_json',
  message: `a whole number beyond ${Number.MAX_SAFE_INTEGER} would lose digits`,
  hint: 'Write it in quotes, as text.',
}

export function setTwice(lines: TextLines, first: number | undefined): Finding {
  const location = lines.locate(first)
  const where = location.kind === 'file' && location.line !== undefined ? `, first in line ${location.line}` : ''
  return { code: 'duplicate_key', message: `this key is set twice${where}`, hint: 'Remove one of the two.' }
}

function whyNotPath(key: string, parent: Segments): Finding | undefined {
  if (!isPathTooLong(key, parent)) return undefined
  const message = `a key makes its path longer than ${pathLimits.characters} characters`
  return { code: 'key_invalid', message, hint: 'Use shorter names, or fewer levels.' }
}

function isPathTooLong(key: string, parent: Segments): boolean {
  // Printing every path would cost more than the rest of the build: first a bound that no path exceeds. A quoted
  // character takes at most six.
  let bound = key.length
  for (const segment of parent) bound += typeof segment === 'string' ? segment.length : 8
  bound = bound * 6 + (parent.length + 1) * 4
  return bound > pathLimits.characters && printPath([...parent, key]).length > pathLimits.characters
}

function whyNotJson(value: unknown): Finding | undefined {
  if (value === null || typeof value === 'boolean') return undefined
  if (typeof value === 'string') return whyNotText(value)
  if (value === inexactInteger) return inexact
  if (typeof value !== 'number')
    return { code: 'not_json', message: `expected a value that JSON has, received ${typeName(value)}` }
  if (Number.isFinite(value)) return undefined
  return {
    code: 'not_json',
    message: 'a number must be finite',
    hint: 'Infinity, not-a-number and numbers too large to hold are not values of a configuration.',
  }
}

function whyNotText(text: string): Finding | undefined {
  // A character has at most three bytes per UTF-16 unit: short texts need no counting.
  if (text.length * 3 > sourceLimits.valueBytes && Buffer.byteLength(text) > sourceLimits.valueBytes) {
    return {
      code: 'too_large',
      message: `a text is larger than ${sourceLimits.valueBytes / 1024} KiB`,
      hint: 'Keep large content in a file of its own and configure its path.',
    }
  }
  if (halfCharacter.test(text))
    return { code: 'not_json', message: 'a text contains half a character (a lone surrogate)' }
  return undefined
}
