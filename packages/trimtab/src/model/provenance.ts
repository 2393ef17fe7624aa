import { isJsonObject, type Json } from '../primitives/json.ts'
import type { Layer } from './layer.ts'
import type { Origin, PlacePart } from './origin.ts'
import { type Segments, valueAt } from './path.ts'

/** Who set a place, and what the others said about it, the highest first. */
export interface Provenance {
  readonly winner: Origin | undefined
  readonly overridden: readonly { readonly origin: Origin; readonly value: Json }[]
}

/**
 * Asks the layers, which come lowest first, who set a place. Nothing is stored for it: a layer knows where its values
 * stand. A layer that sets something else than an object at an ancestor hides everything that lower ones say below it.
 */
export function originOf(layers: readonly Layer[], path: Segments, part: PlacePart = 'value'): Provenance {
  const said: { readonly origin: Origin; readonly value: Json }[] = []
  let hidden = false
  let winner: Origin | undefined
  for (const layer of layers.toReversed()) {
    // A layer holds JSON and nothing else.
    const value = valueAt(layer.tree, path) as Json | undefined
    if (value !== undefined) {
      const origin = originIn(layer, path, part)
      if (winner === undefined && !hidden) winner = origin
      else said.push({ origin, value })
    }
    hidden ||= isHiding(layer, path)
  }
  return { winner, overridden: said }
}

function originIn(layer: Layer, path: Segments, part: PlacePart): Origin {
  const location = layer.locate(path, part)
  return location === undefined ? { source: layer.source } : { source: layer.source, location }
}

function isHiding(layer: Layer, path: Segments): boolean {
  for (let length = 0; length < path.length; length += 1) {
    // As above.
    const ancestor = valueAt(layer.tree, path.slice(0, length)) as Json | undefined
    if (ancestor === undefined) return false
    // An element belongs to its list, which replaces and is replaced as a whole.
    if (!isJsonObject(ancestor) || typeof path[length] === 'number') return true
  }
  return false
}
