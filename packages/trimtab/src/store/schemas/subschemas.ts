import { isJsonArray, isJsonObject, type Json, type JsonObject, ownValue } from '../../primitives/json.ts'

/** The keywords that hold schemas by name, and those that hold one or a list of them. */
const named = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'] as const
const direct = [
  ...(['allOf', 'anyOf', 'oneOf', 'prefixItems', 'items', 'contains', 'propertyNames', 'additionalItems'] as const),
  ...(['additionalProperties', 'unevaluatedProperties', 'unevaluatedItems', 'not', 'if', 'then', 'else'] as const),
]

/** The schemas directly inside a schema. */
export function subschemas(schema: JsonObject): readonly Json[] {
  const found: Json[] = []
  for (const keyword of named) {
    const map = ownValue(schema, keyword)
    if (isJsonObject(map)) found.push(...Object.values(map))
  }
  for (const keyword of direct) {
    const value = ownValue(schema, keyword)
    if (isJsonArray(value)) found.push(...value)
    else if (value !== undefined) found.push(value)
  }
  return found
}

/** What a reference within a schema means; undefined where there is nothing of that kind. */
export function resolveLocal(root: JsonObject, reference: string): Json | undefined {
  if (reference === '#') return root
  if (!reference.startsWith('#/')) return undefined
  let at: Json | undefined = root
  for (const part of pointerParts(reference)) {
    if (isJsonArray(at)) at = /^\d{1,6}$/.test(part) ? at[Number(part)] : undefined
    else at = isJsonObject(at) ? ownValue(at, part) : undefined
  }
  return at
}

/** The keys in a JSON pointer that is written as the fragment of an address. */
export function pointerParts(pointer: string): readonly string[] {
  return pointer.split('/').slice(1).map(decodePart)
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
  } catch {
    // Not encoded as an address; then it is what it is.
    return part.replaceAll('~1', '/').replaceAll('~0', '~')
  }
}
