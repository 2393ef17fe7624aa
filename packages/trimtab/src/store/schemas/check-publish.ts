import { type OutputUnit, Validator } from '@cfworker/json-schema'
import { printPath, type Segments } from '../../model/path.ts'
import { isJsonArray, isJsonObject, type Json, type JsonObject, ownValue, typeName } from '../../primitives/json.ts'
import { hasReference } from '../../sources/references/parse-references.ts'
import type { CheckedTree, PublishAnswer, PublishQuestion, SchemaFinding, SetLeaf } from './question.ts'
import { relax } from './relax.ts'
import { type SchemaPlace, schemaPlace } from './schema-marks.ts'
import { pointerParts } from './subschemas.ts'

/** What one answer lists of each kind: more helps nobody. */
const shown = 50
const longestShown = 120

/** These say only that something inside does not fit, which is said by itself. */
const outer = new Set([
  ...['properties', 'patternProperties', 'additionalProperties', 'items', 'prefixItems', 'allOf', '$ref'],
  ...['propertyNames', 'dependentSchemas'],
])

/** What one schema has to say of a publish. It may take as long as the author of a hostile schema likes. */
export function checkPublish({ schema, schemes, sets, trees }: PublishQuestion): PublishAnswer {
  const known = new Set(schemes)
  const root = schemaPlace(schema)
  const marks = sets.map((set) => lookAt(root, set, known))
  const refuses = refusedBy(relax(schema), trees)
  return {
    kind: 'publish',
    findings: [...marks.flatMap(({ findings }) => findings).slice(0, shown), ...refuses],
    unknown: marks.flatMap(({ isKnown }, index) => (isKnown ? [] : [index])),
  }
}

function lookAt(
  root: SchemaPlace,
  { tenant, segments, value }: SetLeaf,
  schemes: ReadonlySet<string>,
): { readonly isKnown: boolean; readonly findings: readonly SchemaFinding[] } {
  let place = root
  for (const segment of segments) place = place.below(segment)
  const findings: SchemaFinding[] = []
  const literal = literalIn(value, { place, segments, schemes })
  if (literal !== undefined) findings.push({ kind: 'secret_literal', tenant, ...literal })
  if (tenant !== undefined && place.isKnown && !place.perTenant) {
    findings.push({ kind: 'not_per_tenant', tenant, path: printPath(segments), detail: typeName(value) })
  }
  return { isKnown: place.isKnown, findings }
}

interface Within {
  readonly place: SchemaPlace
  readonly segments: Segments
  readonly schemes: ReadonlySet<string>
}

/** The first place in a value at which something stands that would be a secret in clear. */
function literalIn(
  value: Json,
  { place, segments, schemes }: Within,
): { readonly path: string; readonly detail: string } | undefined {
  if (isJsonArray(value) || isJsonObject(value)) {
    const children: Iterable<readonly [string | number, Json]> = isJsonArray(value)
      ? value.entries()
      : Object.entries(value)
    for (const [key, child] of children) {
      const found = literalIn(child, { place: place.below(key), segments: [...segments, key], schemes })
      if (found !== undefined) return found
    }
    return undefined
  }
  const isLiteral = typeof value === 'string' ? !hasReference(value, schemes) : value !== null
  return place.secret && isLiteral ? { path: printPath(segments), detail: typeName(value) } : undefined
}

/** What would be refused and was not before: who mends one of two faults is not to be stopped by the other. */
function refusedBy(schema: JsonObject, trees: readonly CheckedTree[]): readonly SchemaFinding[] {
  // Whether it fits is told in a tenth of the time that it takes to say what does not.
  const quick = new Validator(schema, '2020-12', true)
  const validator = new Validator(schema, '2020-12', false)
  const findings: SchemaFinding[] = []
  const ofAll = new Set<string>()
  for (const { tenant, tree, before } of trees) {
    if (quick.validate(tree).valid) continue
    const now = faultsOf(validator, schema, tree)
    const earlier = faultsOf(validator, schema, before)
    for (const [key, { path, detail }] of now) {
      if (earlier.has(key) || ofAll.has(key)) continue
      if (tenant === undefined) ofAll.add(key)
      findings.push({ kind: 'schema_refuses', tenant, path, detail })
    }
  }
  return findings.slice(0, shown)
}

interface Fault {
  readonly path: string
  readonly detail: string
}

function faultsOf(validator: Validator, schema: JsonObject, tree: JsonObject): ReadonlyMap<string, Fault> {
  const faults = new Map<string, Fault>()
  const { valid, errors } = validator.validate(tree)
  if (valid) return faults
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf').map(({ keywordLocation }) => `${keywordLocation}/`)
  for (const unit of errors) {
    // That no alternative fits is said once, and not what each of them would have liked.
    if (outer.has(unit.keyword) || unions.some((union) => unit.keywordLocation.startsWith(union))) continue
    const fault = faultOf(unit, schema, tree)
    faults.set(`${fault.path} ${fault.detail}`, fault)
  }
  return faults
}

function faultOf(
  { keyword, keywordLocation, instanceLocation }: OutputUnit,
  schema: JsonObject,
  tree: JsonObject,
): Fault {
  const segments: (string | number)[] = []
  let at: Json | undefined = tree
  for (const part of pointerParts(instanceLocation)) {
    segments.push(isJsonArray(at) ? Number(part) : part)
    at = isJsonArray(at) ? at[Number(part)] : isJsonObject(at) ? ownValue(at, part) : undefined
  }
  const asked = keyword === 'anyOf' ? 'one of several alternatives' : `"${keyword}"${limitOf(schema, keywordLocation)}`
  return { path: printPath(segments), detail: `${asked}, and found ${at === undefined ? 'nothing' : typeName(at)}` }
}

/** What stands in the schema at a keyword: it was written by who wrote the schema, and shows no value. */
function limitOf(schema: JsonObject, location: string): string {
  let at: Json | undefined = schema
  for (const part of pointerParts(location)) {
    at = isJsonArray(at) ? at[Number(part)] : isJsonObject(at) ? ownValue(at, part) : undefined
  }
  if (at === undefined) return ''
  const text = JSON.stringify(at)
  return text.length > longestShown ? '' : `: ${text}`
}
