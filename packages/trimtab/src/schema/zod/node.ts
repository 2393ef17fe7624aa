import { z } from 'zod'

/** Any schema of zod's. */
export type Node = z.core.$ZodType

/** The definition of a node, told apart by its `type`. */
export type NodeDef = z.core.$ZodTypes['_zod']['def']

export function defOf(node: Node): NodeDef {
  // Every schema of zod's has one of these definitions; an unknown `type` reaches the default of a switch.
  return node._zod.def as NodeDef
}

/**
 * A copy of `node` with some of its definition replaced. Getters are carried over as they are: a default may be computed
 * afresh each time, and the fields of a recursive object exist only after its definition.
 */
export function withDef<S extends Node>(
  node: S,
  changes: Record<PropertyKey, unknown>,
  params?: { parent: boolean },
): S {
  const descriptors = {
    ...Object.getOwnPropertyDescriptors(node._zod.def),
    ...Object.getOwnPropertyDescriptors(changes),
  }
  // The same keys as the definition it was copied from.
  return z.core.clone(node, Object.defineProperties({}, descriptors) as S['_zod']['def'], params)
}

/** True for a record whose keys the schema lists and requires: it is an object in other words. */
export function hasKnownKeys(def: z.core.$ZodRecordDef): boolean {
  return def.keyType._zod.values !== undefined && !('partial' in def && def.partial)
}

/** What a lazy schema stands for. zod reads the getter once and keeps what it gave. */
export function lazyInner(node: Node): Node | undefined {
  // Only lazy nodes have one; a getter may give nothing in spite of its type.
  return (node as z.core.$ZodLazy)._zod.innerType
}
