import { isJsonArray, isJsonObject, type Json, type JsonObject, ownValue } from '../../primitives/json.ts'
import { marksOf } from './schema-marks.ts'
import { resolveLocal } from './subschemas.ts'

/**
 * Whether values are there in part or as a whole. A store is one layer among several: what it leaves out of an object may
 * come from another layer. A list replaces what is below it, so that everything inside one is there.
 */
type Mode = 'part' | 'whole'

/** What says something about a value by itself. */
const kept = [
  ...['type', 'enum', 'const', 'format', 'pattern', 'minLength', 'maxLength', 'minimum', 'maximum', 'exclusiveMinimum'],
  ...['exclusiveMaximum', 'multipleOf', 'minItems', 'maxItems', 'uniqueItems', 'minContains', 'maxProperties'],
]
const keptOfWholes = ['required', 'minProperties', 'dependentRequired']

/**
 * A schema that refuses nothing that the given one would take once the other layers are there: fields may be missing,
 * names that it does not know are left to planes, which warn of them, and in a secret field anything may stand, because
 * the reference there is resolved by the plane. What can't be made weaker by itself (`not`, `if`) is left out; of the
 * alternatives of `oneOf` several may fit.
 */
export function relax(root: JsonObject): JsonObject {
  const definitions: Record<string, Json> = {}
  const names = { part: new Map<Json, string>(), whole: new Map<Json, string>() }

  const refer = (target: Json, mode: Mode): Json => {
    let name = names[mode].get(target)
    if (name === undefined) {
      name = `${mode}${names[mode].size}`
      // Named before it is made: it may refer to itself.
      names[mode].set(target, name)
      definitions[name] = convert(target, mode)
    }
    return { $ref: `#/$defs/${name}` }
  }
  const convertAll = (list: Json | undefined, mode: Mode): Json[] => {
    return isJsonArray(list) ? list.map((each) => convert(each, mode)) : []
  }
  const convertMap = (map: Json | undefined, mode: Mode): JsonObject | undefined => {
    if (!isJsonObject(map)) return undefined
    return Object.fromEntries(Object.entries(map).map(([name, each]) => [name, convert(each, mode)]))
  }

  function convert(schema: Json, mode: Mode): Json {
    if (!isJsonObject(schema)) return schema !== false
    if (marksOf(schema).secret) return true
    const relaxed: Record<string, Json> = {}
    const keep = mode === 'whole' ? [...kept, ...keptOfWholes] : kept
    for (const keyword of keep) {
      const value = ownValue(schema, keyword)
      if (value !== undefined && !(mode === 'part' && namesObjects(keyword, value))) relaxed[keyword] = value
    }
    const below = {
      properties: convertMap(ownValue(schema, 'properties'), mode),
      patternProperties: convertMap(ownValue(schema, 'patternProperties'), mode),
      additionalProperties: openObject(ownValue(schema, 'additionalProperties'), mode),
      propertyNames: inside(ownValue(schema, 'propertyNames')),
      items: inside(ownValue(schema, 'items')),
      contains: inside(ownValue(schema, 'contains')),
    }
    for (const [keyword, value] of Object.entries(below)) if (value !== undefined) relaxed[keyword] = value
    const first = ownValue(schema, 'prefixItems')
    if (isJsonArray(first)) relaxed['prefixItems'] = convertAll(first, 'whole')
    const all = convertAll(ownValue(schema, 'allOf'), mode)
    for (const keyword of ['anyOf', 'oneOf']) {
      const alternatives = ownValue(schema, keyword)
      if (isJsonArray(alternatives)) all.push({ anyOf: convertAll(alternatives, mode) })
    }
    const reference = ownValue(schema, '$ref')
    const target = typeof reference === 'string' ? resolveLocal(root, reference) : undefined
    if (target !== undefined) all.push(refer(target, mode))
    if (all.length > 0) relaxed['allOf'] = all
    return relaxed
  }

  const inside = (schema: Json | undefined) => (schema === undefined ? undefined : convert(schema, 'whole'))
  const openObject = (schema: Json | undefined, mode: Mode) =>
    isJsonObject(schema) ? convert(schema, mode) : undefined

  const relaxed = convert(root, 'part')
  return { ...(isJsonObject(relaxed) ? relaxed : {}), $defs: definitions }
}

/** An object that has to be exactly so may be there in part only. */
function namesObjects(keyword: string, value: Json): boolean {
  if (keyword === 'const') return isJsonObject(value)
  return keyword === 'enum' && isJsonArray(value) && value.some(isJsonObject)
}
