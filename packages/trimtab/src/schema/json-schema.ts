import { z } from 'zod'
import { redacted } from '../model/secrecy/secret.ts'
import { isPlainObject, type JsonObject } from '../primitives/json.ts'
import { frozenCopy } from './frozen-copy.ts'
import { marksKeyword } from './marks-keyword.ts'
import { unknownValue } from './redact.ts'
import type { CompiledShapes } from './shape-of.ts'
import type { Marks } from './shape.ts'
import { defOf, type Node } from './zod/node.ts'
import { peel } from './zod/peel.ts'
import type { RebuiltSchema } from './zod/rebuild.ts'

type JsonSchema = z.core.JSONSchema.BaseSchema

/** What may be said of a secret: its type and its lengths. Everything else could be the secret itself. */
const sayable: ReadonlySet<string> = new Set([
  ...['$ref', '$defs', 'type', 'title', 'description', 'deprecated', 'anyOf', 'oneOf', marksKeyword],
  ...['properties', 'required', 'additionalProperties', 'unevaluatedProperties', 'items', 'prefixItems'],
  ...['minLength', 'maxLength', 'minItems', 'maxItems'],
])

/** The formats that JSON Schema itself names; another one is a word of the author's. */
const sayableFormats: ReadonlySet<unknown> = new Set([
  ...['date', 'time', 'date-time', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uri', 'uuid'],
])

/** What may be said of something that has a secret inside it, out of what its author registered. */
const sayableMeta: ReadonlySet<string> = new Set(['title', 'description', 'deprecated'])

/**
 * What may be written, as JSON Schema (draft 2020-12), with the marks of each value under `x-trimtab`. Defaults,
 * literals, members, patterns and examples of secrets are left out.
 */
export function jsonSchemaOf({ schema, facts }: RebuiltSchema, { shapeOf }: CompiledShapes): JsonObject {
  class Metadata extends z.core.$ZodRegistry<Record<string, unknown>> {
    /** zod asks it for what to add to each node. */
    override get(node: Node): never {
      const { meta, holdsSecret } = facts(node)
      const said = Object.entries(meta).filter(([key]) => key !== 'id' && (!holdsSecret || sayableMeta.has(key)))
      // The type asks for metadata of the node's own type, which nobody can give here.
      return (said.length === 0 ? undefined : Object.fromEntries(said)) as never
    }
  }

  const marksOf = (node: Node): Marks => shapeOf(node)?.marks ?? facts(node).marks
  const describeValue = (json: unknown, node: Node) => {
    mark(json, marksOf(node))
    const written = shapeOf(node)?.default
    // The default of something with secrets inside was left out; here it is known whether it shows one.
    if (written === undefined || !facts(node).holdsSecret || !isPlainObject(json)) return
    const text = JSON.stringify(written)
    if (!text.includes(redacted) && !text.includes(unknownValue)) json['default'] = written
  }
  const isOptional = (node: Node): boolean => shapeOf(node)?.optional ?? node._zod.optin !== undefined

  function override({ zodSchema: node, jsonSchema: json }: { zodSchema: Node; jsonSchema: JsonSchema }): void {
    const { holdsSecret, fillsAbsence } = facts(node)
    if (holdsSecret || fillsAbsence) delete json.default
    if (peel(node).layers.some((layer) => facts(layer).marks.secret)) keepSayable(json)
    describeChildren(node, json)
    if (node === schema) mark(json, marksOf(node))
  }

  function describeChildren(node: Node, json: JsonSchema): void {
    const def = defOf(node)
    switch (def.type) {
      case 'object': {
        const fields = Object.entries(def.shape)
        for (const [name, field] of fields) describeValue(json.properties?.[name], field)
        if (def.catchall !== undefined) describeValue(json.additionalProperties, def.catchall)
        requires(
          json,
          fields.filter(([, field]) => !isOptional(field)).map(([name]) => name),
        )
        return
      }
      case 'record':
        describeValue(json.additionalProperties, def.valueType)
        if (isOptional(def.valueType)) requires(json, [])
        else if (json.required === undefined && facts(def.valueType).fillsAbsence) requires(json, keysOf(def))
        return
      case 'array':
        describeValue(json.items, def.element)
        return
      case 'tuple':
        def.items.forEach((item, index) => describeValue(json.prefixItems?.[index], item))
        if (def.rest) describeValue(json.items, def.rest)
        return
      case 'union':
        // An option says only what the whole does not.
        def.options.forEach((option, index) => {
          const own = marksOf(option)
          if (!isSame(own, facts(node).marks)) mark((json.anyOf ?? json.oneOf)?.[index], own)
        })
        return
      default:
    }
  }

  const metadata = new Metadata()
  const json = z.core.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', metadata, override })
  openIntersections(json)
  // zod gives what went through JSON.
  return frozenCopy({ ...json }) as JsonObject
}

function mark(json: unknown, marks: Marks): void {
  if (isPlainObject(json) && (marks.dynamic || marks.secret || marks.perTenant)) json[marksKeyword] = { ...marks }
}

function isSame(a: Marks, b: Marks): boolean {
  return a.dynamic === b.dynamic && a.secret === b.secret && a.perTenant === b.perTenant
}

function requires(json: JsonSchema, names: string[]): void {
  if (names.length > 0) json.required = names
  else delete json.required
}

function keysOf(def: z.core.$ZodRecordDef): string[] {
  return [...(def.keyType._zod.values ?? [])]
    .filter((key) => typeof key === 'string' || typeof key === 'number')
    .map(String)
}

function keepSayable(json: JsonSchema): void {
  for (const key of Object.keys(json)) {
    const isSayable = key === 'format' ? sayableFormats.has(json.format) : sayable.has(key)
    if (!isSayable) delete json[key]
  }
}

/**
 * A closed object inside `allOf` refuses the keys of its neighbours. Where zod could not put the parts together, they are
 * opened and the whole is closed instead.
 */
function openIntersections(json: unknown): void {
  if (Array.isArray(json)) for (const child of json) openIntersections(child)
  if (!isPlainObject(json)) return
  for (const child of Object.values(json)) openIntersections(child)
  const parts: unknown = json['allOf']
  if (!Array.isArray(parts)) return
  const opened = parts.map(open)
  if (opened.includes(true)) json['unevaluatedProperties'] = false
}

/** Whether a part was closed, itself or one of its own options. */
function open(part: unknown): boolean {
  if (!isPlainObject(part)) return false
  const isClosed = part['additionalProperties'] === false || part['unevaluatedProperties'] === false
  if (part['additionalProperties'] === false) delete part['additionalProperties']
  if (part['unevaluatedProperties'] === false) delete part['unevaluatedProperties']
  const inside = ['anyOf', 'oneOf', 'allOf'].flatMap((keyword) => {
    const parts: unknown = part[keyword]
    return Array.isArray(parts) ? parts.map(open) : []
  })
  return isClosed || inside.includes(true)
}
