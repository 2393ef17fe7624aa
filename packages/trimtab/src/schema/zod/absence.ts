import { unitFacts } from '../units.ts'
import { defOf, hasKnownKeys, lazyInner, type Node } from './node.ts'

/**
 * True for a field that is read as `{}` when nothing is written: an object that is neither optional nor has a default.
 * An object inside itself is not, or reading would never end; `open` holds those around the field.
 */
export function isReadAsEmpty(node: Node, open: ReadonlySet<Node>): boolean {
  if (node._zod.optin !== undefined) return false
  const objects = objectsIn(node)
  return objects.length > 0 && objects.every((object) => object !== 'other' && !open.has(object))
}

/** The objects that a value has to be, through everything that lets an object pass; `other` for anything else. */
function objectsIn(node: Node, seen: ReadonlySet<Node> = new Set()): readonly (Node | 'other')[] {
  if (seen.has(node) || unitFacts(node) !== undefined) return ['other']
  const within = new Set(seen).add(node)
  const def = defOf(node)
  switch (def.type) {
    case 'object':
      return [node]
    case 'record':
      return hasKnownKeys(def) ? [node] : ['other']
    case 'nullable':
    case 'readonly':
    case 'nonoptional':
      return objectsIn(def.innerType, within)
    case 'pipe':
      return objectsIn(def.in, within)
    case 'lazy':
      return objectsIn(lazyInner(node) ?? node, within)
    case 'intersection':
      return [...objectsIn(def.left, within), ...objectsIn(def.right, within)]
    default:
      return ['other']
  }
}
