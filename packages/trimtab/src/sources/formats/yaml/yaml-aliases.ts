import { type Alias, type ParsedNode, isAlias, isMap, isScalar, isSeq } from 'yaml'

/** What the aliases of one document stand for. */
export interface AliasTargets {
  /** `itself` where following it would never end; none where no anchor of that name comes before. */
  readonly targets: ReadonlyMap<Alias.Parsed, ParsedNode | 'itself'>
  /** How many nodes are written in the document. */
  readonly nodes: number
}

/** An alias means the last anchor of its name before it; a later one of the same name does not change it. */
export function resolveAliases(contents: ParsedNode): AliasTargets {
  const anchors = new Map<string, ParsedNode>()
  const open = new Set<ParsedNode>()
  const targets = new Map<Alias.Parsed, ParsedNode | 'itself'>()
  let nodes = 0

  const visit = (node: ParsedNode | null) => {
    nodes += 1
    if (node === null) return
    if (isAlias(node)) {
      const target = anchors.get(node.source)
      if (target !== undefined) targets.set(node, open.has(target) ? 'itself' : target)
      return
    }
    if (node.anchor !== undefined) anchors.set(node.anchor, node)
    if (isScalar(node)) return
    open.add(node)
    if (isMap(node)) {
      for (const { key, value } of node.items) {
        visit(key)
        visit(value)
      }
    } else if (isSeq(node)) {
      for (const item of node.items) visit(item)
    }
    open.delete(node)
  }

  visit(contents)
  return { targets, nodes }
}
