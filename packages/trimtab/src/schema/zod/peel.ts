import { ownMarks } from '../marks.ts'
import { unitFacts } from '../units.ts'
import { defOf, lazyInner, type Node } from './node.ts'
import { overwrites } from './own-code.ts'

/** A node without its wrappers, and what the wrappers said. */
export interface Peeled {
  /** What takes the value: an object, a list, a union, a single value. */
  readonly core: Node
  /** From the outermost wrapper to the core, both included. */
  readonly layers: readonly Node[]
  readonly nullable: boolean
  readonly transformed: boolean
  /** What is written passes a transform first, so that nothing is known of it. */
  readonly preprocessed: boolean
}

/** Looks through optional, default, nullable, readonly, catch, pipes and the like. */
export function peel(node: Node): Peeled {
  const layers: Node[] = []
  let nullable = false
  let transformed = false
  let preprocessed = false
  let current: Node = node
  for (;;) {
    if (layers.includes(current)) return { core: current, layers, nullable, transformed, preprocessed }
    layers.push(current)
    const def = defOf(current)
    if (overwrites(def) || ('coerce' in def && def.coerce)) transformed = true
    const inner = innerOf(current)
    if (inner === undefined || unitFacts(current) !== undefined) {
      // A unit is one value, whatever zod makes it of.
      const opaque = unitFacts(current) !== undefined || def.type === 'transform'
      return { core: current, layers, nullable, transformed: transformed || opaque, preprocessed }
    }
    if (def.type === 'nullable') nullable = true
    // What a catch gives in place of the whole is not made of what is inside.
    if (def.type === 'success' || def.type === 'catch') transformed = true
    if (def.type === 'pipe') {
      preprocessed ||= defOf(def.in).type === 'transform'
      // What `secret()` appends only wraps the value.
      if (ownMarks(current).secret !== true) transformed = true
    }
    current = inner
  }
}

/** What a wrapper wraps; undefined for everything else. */
function innerOf(node: Node): Node | undefined {
  const def = defOf(node)
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'success':
    case 'catch':
    case 'readonly':
      return def.innerType
    case 'lazy':
      return lazyInner(node)
    case 'pipe':
      return defOf(def.in).type === 'transform' ? def.out : def.in
    default:
      return undefined
  }
}
