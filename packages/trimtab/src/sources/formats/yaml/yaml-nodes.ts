import {
  type Alias,
  type Pair,
  type ParsedNode,
  type Scalar,
  type YAMLMap,
  isAlias,
  isMap,
  isScalar,
  isSeq,
} from 'yaml'
import { sourceLimits } from '../../limits.ts'
import { type RawEntry, type RawNode, inexactInteger } from '../build-tree.ts'
import type { FormatReport } from '../format-report.ts'
import { type AliasTargets, resolveAliases } from './yaml-aliases.ts'

/**
 * Reads composed YAML as raw nodes: aliases are followed and merge keys applied. What an alias stands for is counted as
 * often as it is used, and past the limit it is refused before it is made.
 */
export function rawYaml(contents: ParsedNode, report: FormatReport): RawNode {
  const aliases = resolveAliases(contents)
  const allowance = createAllowance(aliases, report)
  const follow = (alias: Alias.Parsed): ParsedNode | undefined => followAlias(alias, aliases, report)

  /** `aliasAt` is where the outermost alias stands through which the node is reached. */
  const toRaw = (node: ParsedNode | null, keyOffset: number | undefined, aliasAt: number | undefined): RawNode => {
    if (aliasAt !== undefined && !allowance.take(aliasAt)) return { kind: 'refused' }
    if (isAlias(node)) {
      const target = follow(node)
      if (target === undefined) return { kind: 'refused' }
      const raw = toRaw(target, node.range[0], aliasAt ?? node.range[0])
      return raw.kind === 'refused' ? raw : { ...raw, offset: node.range[0] }
    }
    const offset = offsetOf(node, keyOffset)
    if (isMap(node)) return { kind: 'object', offset, entries: () => entriesOf(node, aliasAt, 0) }
    if (isSeq(node)) {
      return { kind: 'array', offset, items: () => mapItems(node.items, (item) => toRaw(item, undefined, aliasAt)) }
    }
    return { kind: 'scalar', offset, value: node === null ? null : scalarValue(node) }
  }

  function* entriesOf(map: YAMLMap.Parsed, aliasAt: number | undefined, merges: number): Generator<RawEntry> {
    const own = new Set<string>()
    const mergePairs: Pair<ParsedNode, ParsedNode | null>[] = []
    for (const pair of map.items) {
      if (isMergeKey(pair.key)) {
        mergePairs.push(pair)
        continue
      }
      const key = keyText(pair.key, report)
      if (key === undefined) continue
      own.add(key)
      const keyOffset = pair.key.range[0]
      yield { key, keyOffset, node: toRaw(pair.value, keyOffset, aliasAt) }
    }
    const [first, second] = mergePairs
    if (second !== undefined) report.add({ ...mergedTwice, offset: second.key.range[0] })
    if (first !== undefined) yield* mergedEntries(first, own, aliasAt, merges)
  }

  /** What `<<` adds: what is set beside it wins, then the first of several mappings. */
  function* mergedEntries(
    pair: Pair<ParsedNode, ParsedNode | null>,
    taken: Set<string>,
    aliasAt: number | undefined,
    merges: number,
  ): Generator<RawEntry> {
    const at = aliasAt ?? pair.key.range[0]
    if (merges >= sourceLimits.levels) {
      report.add({
        code: 'too_deep',
        message: `merges lead through more than ${sourceLimits.levels} others`,
        offset: at,
      })
      return
    }
    for (const map of mergeSources(pair)) {
      for (const entry of entriesOf(map, at, merges + 1)) {
        if (!allowance.take(at)) return
        if (taken.has(entry.key)) continue
        taken.add(entry.key)
        yield entry
      }
    }
  }

  const mergeSources = (pair: Pair<ParsedNode, ParsedNode | null>): readonly YAMLMap.Parsed[] => {
    const resolve = (node: ParsedNode | null) => (isAlias(node) ? follow(node) : (node ?? undefined))
    const value = resolve(pair.value)
    if (value === undefined && isAlias(pair.value)) return []
    const sources: readonly (ParsedNode | undefined)[] = isSeq(value) ? value.items.map(resolve) : [value]
    const maps = sources.filter((source): source is YAMLMap.Parsed => isMap(source))
    if (maps.length < sources.length) report.add({ ...notMergeable, offset: pair.key.range[0] })
    return maps
  }

  return toRaw(contents, undefined, undefined)
}

function* mapItems<T>(items: readonly T[], each: (item: T) => RawNode): Generator<RawNode> {
  for (const item of items) yield each(item)
}

interface Allowance {
  /** Counts one more node made by an alias; false when there are too many. */
  take(offset: number): boolean
}

function createAllowance({ nodes }: AliasTargets, report: FormatReport): Allowance {
  const limit = Math.min(nodes * sourceLimits.aliasExpansion, sourceLimits.aliasNodes)
  let used = 0
  return {
    take(offset) {
      used += 1
      if (used === limit + 1) {
        report.add({
          code: 'alias_bomb',
          message: `aliases make the document more than ${Math.floor(limit / nodes)} times as large`,
          hint: 'Write the values out, or use fewer aliases.',
          offset,
        })
      }
      return used <= limit
    },
  }
}

function followAlias(alias: Alias.Parsed, { targets }: AliasTargets, report: FormatReport): ParsedNode | undefined {
  const target = targets.get(alias)
  const offset = alias.range[0]
  if (target === 'itself') {
    report.add({ code: 'alias_bomb', message: 'an alias stands for something that contains it, without end', offset })
    return undefined
  }
  if (target === undefined) {
    report.add({ code: 'syntax', message: 'no anchor of this name comes before the alias', hint: quoteStar, offset })
  }
  return target
}

const quoteStar = 'Set the anchor with & first, or put the value in quotes if it is meant to begin with a star.'

const mergedTwice = {
  code: 'duplicate_key',
  message: 'a second merge key stands in one mapping',
  hint: 'Merge several at once: <<: [*first, *second].',
} as const

const notMergeable = {
  code: 'syntax',
  message: 'a merge key needs a mapping or a list of mappings',
  hint: 'Write <<: *name or <<: [*first, *second]; quote "<<" if a plain key is meant.',
} as const

function isMergeKey(key: ParsedNode): boolean {
  return isScalar(key) && key.type === 'PLAIN' && key.value === '<<'
}

/** A key as it is written, whatever type it would have as a value: `1.10` and `true` are names here. */
function keyText(key: ParsedNode, report: FormatReport): string | undefined {
  const offset = key.range[0]
  if (!isScalar(key)) {
    report.add({ code: 'key_invalid', message: 'a key must be a single text', hint: 'Put the key in quotes.', offset })
    return undefined
  }
  if (typeof key.value === 'string') return key.value
  if (key.source === '') report.add({ code: 'key_invalid', message: 'a key is missing before the colon', offset })
  return key.source === '' ? undefined : key.source
}

const wholeNumber = /^([-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$/

function scalarValue({ value, source }: Scalar.Parsed): unknown {
  if (typeof value !== 'number' || !Number.isInteger(value) || Number.isSafeInteger(value)) return value
  return wholeNumber.test(source) ? inexactInteger : value
}

/** Where a person would look: at a value in the line of its key, at a block or nothing by its key. */
function offsetOf(node: ParsedNode | null, keyOffset: number | undefined): number | undefined {
  if (node === null) return keyOffset
  const [start, end] = node.range
  const isBlock = (isMap(node) || isSeq(node)) && node.flow !== true
  return (isBlock || start === end) && keyOffset !== undefined ? keyOffset : start
}
