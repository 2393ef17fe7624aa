import { isJsonArray, isJsonObject, type Json, type JsonObject, ownValue } from '../../primitives/json.ts'
import { marksKeyword } from '../../schema/marks-keyword.ts'
import { resolveLocal } from './subschemas.ts'

/** What a registered schema says of a place, as far as a store has to know. */
export interface PlaceMarks {
  readonly secret: boolean
  readonly perTenant: boolean
}

/** The marks that stand on a schema itself. */
export function marksOf(schema: JsonObject): PlaceMarks {
  const marks = ownValue(schema, marksKeyword)
  if (!isJsonObject(marks)) return { secret: false, perTenant: false }
  return { secret: ownValue(marks, 'secret') === true, perTenant: ownValue(marks, 'perTenant') === true }
}

/** A place in what a schema describes: the schemas of it, and the marks in force there. */
export interface SchemaPlace extends PlaceMarks {
  /** False where the schema knows no such place. */
  readonly isKnown: boolean
  /** What stands under a key of it, or at an index. */
  below(segment: string | number): SchemaPlace
}

/** Stands for "anything": below it everything is known, and nothing is marked. */
const anything: JsonObject = Object.freeze({})

/** The place of the root. A mark holds for everything below it. */
export function schemaPlace(root: JsonObject): SchemaPlace {
  const placeOf = (nodes: ReadonlySet<JsonObject>, inherited: PlaceMarks): SchemaPlace => {
    const all = expand(root, nodes)
    const marks = {
      secret: inherited.secret || [...all].some((node) => marksOf(node).secret),
      perTenant:
        inherited.perTenant || (nodes.size > 0 && [...nodes].every((node) => isPerTenant(root, node, new Set()))),
    }
    return {
      ...marks,
      isKnown: nodes.size > 0,
      below(segment) {
        const next = new Set<JsonObject>()
        for (const node of all) for (const child of childrenOf(node, segment)) next.add(child)
        // An open part of something closed is not what makes a name known.
        if ([...all].some((node) => ownValue(node, 'unevaluatedProperties') === false)) next.delete(anything)
        return placeOf(next, marks)
      },
    }
  }
  return placeOf(new Set([root]), { secret: false, perTenant: false })
}

/** Schemas, what they refer to, and their alternatives and parts. */
function expand(root: JsonObject, nodes: ReadonlySet<JsonObject>): ReadonlySet<JsonObject> {
  const all = new Set(nodes)
  // A set is walked together with what is added to it meanwhile.
  for (const node of all) for (const part of partsOf(root, node)) all.add(part)
  return all
}

function partsOf(root: JsonObject, node: JsonObject): readonly JsonObject[] {
  return [...alternativesOf(node), ...listOf(node, 'allOf'), ...targetOf(root, node)]
}

function alternativesOf(node: JsonObject): readonly JsonObject[] {
  return [...listOf(node, 'anyOf'), ...listOf(node, 'oneOf')]
}

function listOf(node: JsonObject, keyword: string): readonly JsonObject[] {
  const list = ownValue(node, keyword)
  return isJsonArray(list) ? list.filter(isJsonObject) : []
}

function targetOf(root: JsonObject, node: JsonObject): readonly JsonObject[] {
  const reference = ownValue(node, '$ref')
  const target = typeof reference === 'string' ? resolveLocal(root, reference) : undefined
  return isJsonObject(target) ? [target] : []
}

/** By its own mark, by a part of it, or because all its alternatives are. `above` are those that it is asked for: circles end there. */
function isPerTenant(root: JsonObject, node: JsonObject, above: ReadonlySet<JsonObject>): boolean {
  if (marksOf(node).perTenant) return true
  if (above.has(node)) return false
  const here = new Set(above).add(node)
  const alternatives = alternativesOf(node)
  if (alternatives.length > 0 && alternatives.every((each) => isPerTenant(root, each, here))) return true
  return [...listOf(node, 'allOf'), ...targetOf(root, node)].some((each) => isPerTenant(root, each, here))
}

function childrenOf(node: JsonObject, segment: string | number): readonly JsonObject[] {
  if (node === anything) return [anything]
  return typeof segment === 'number' ? elementsOf(node, segment) : fieldsOf(node, segment)
}

function elementsOf(node: JsonObject, index: number): readonly JsonObject[] {
  if (!canBe(node, 'array')) return []
  const prefix = ownValue(node, 'prefixItems')
  const element = (isJsonArray(prefix) ? prefix[index] : undefined) ?? ownValue(node, 'items')
  return element === undefined ? openOf(node) : schemaOf(element)
}

function fieldsOf(node: JsonObject, name: string): readonly JsonObject[] {
  if (!canBe(node, 'object')) return []
  const properties = ownValue(node, 'properties')
  const field = isJsonObject(properties) ? ownValue(properties, name) : undefined
  const patterns = ownValue(node, 'patternProperties')
  // Which patterns fit is not asked: of all it could be, the strictest marks hold.
  const matching = isJsonObject(patterns) ? Object.values(patterns).flatMap(schemaOf) : []
  if (field !== undefined) return [...schemaOf(field), ...matching]
  const others = ownValue(node, 'additionalProperties')
  if (others === undefined) return matching.length > 0 ? matching : openOf(node)
  return [...schemaOf(others), ...matching]
}

/** What says nothing of its inside takes anything there, unless it only puts other schemas together. */
function openOf(node: JsonObject): readonly JsonObject[] {
  const isComposed = ['allOf', 'anyOf', 'oneOf', '$ref'].some((keyword) => Object.hasOwn(node, keyword))
  return isComposed ? [] : [anything]
}

function schemaOf(value: Json): readonly JsonObject[] {
  if (value === true) return [anything]
  return isJsonObject(value) ? [value] : []
}

function canBe(node: JsonObject, type: string): boolean {
  const types = ownValue(node, 'type')
  return types === undefined || types === type || (isJsonArray(types) && types.includes(type))
}
