import { addTexts } from './check/secret-texts.ts'
import { constructorOf } from './zod/construct.ts'
import type { ObjectShape, Shape } from './shape.ts'
import { unitFacts } from './units.ts'
import { anything, type Draft, type DraftOf } from './zod/draft.ts'
import { anyOf, expectedOf } from './zod/expected.ts'
import { finishDrafts } from './zod/finish.ts'
import * as text from './zod/from-text.ts'
import { intersect } from './zod/intersect.ts'
import { defOf, hasKnownKeys, type Node, type NodeDef } from './zod/node.ts'
import { peel } from './zod/peel.ts'
import type { RebuiltSchema } from './zod/rebuild.ts'
import { writtenDefault } from './zod/written-default.ts'

/** The shapes of a schema. */
export interface CompiledShapes {
  readonly root: ObjectShape
  /** That of a node of the schema, where a value of its own stands there. */
  readonly shapeOf: (node: Node) => Shape | undefined
  /** Texts that the schema itself keeps secret: the defaults and literals of secrets. */
  readonly secretTexts: ReadonlySet<string>
}

type Base = Omit<DraftOf<'leaf'>, 'kind' | 'allowed'>

/** Says as data what a rebuilt schema says. A schema that contains itself gives shapes that contain themselves. */
export function compileShapes({ schema, facts }: RebuiltSchema): CompiledShapes {
  const drafts = new Map<Node, Draft>()
  const all: Draft[] = []
  const waiting: (() => void)[] = []
  const fillsAbsence = new Set<Draft>()
  const insides = new Map<Draft, Draft>()
  const outlined = new Set<Node>()
  const constructors = new Map<Node, ObjectShape['construct']>()
  const secretTexts = new Set<string>()

  const host = {
    later: (work: () => void) => void waiting.push(work),
    make: (draft: Draft) => {
      all.push(draft)
      return draft
    },
  }

  function draftOf(node: Node): Draft {
    const known = drafts.get(node)
    if (known !== undefined) return known
    // A union or an intersection that is directly its own part says nothing about itself.
    if (outlined.has(node)) return { ...anything }
    outlined.add(node)
    const draft = outline(node)
    drafts.set(node, draft)
    return draft
  }

  /** The draft of a node, without what is inside it. */
  function outline(node: Node, isOptional = acceptsAbsence(node)): Draft {
    const { core, layers, nullable, transformed, preprocessed } = peel(node)
    const { marks } = facts(core)
    const outside = inCore(core, {
      marks: { ...marks },
      description: layers.map((layer) => facts(layer).meta['description']).find((each) => typeof each === 'string'),
      expected: unitFacts(core)?.expected ?? expectedOf(core, marks.secret),
      optional: isOptional,
      default: writtenDefault(layers.filter((layer) => !facts(layer).fillsAbsence)),
      transformed,
      fromText: text.asText,
      takesAnyText: takesAnyText(core),
    })
    const draft = preprocessed ? host.make(asLeaf(outside)) : outside
    if (preprocessed) insides.set(draft, outside)
    if (facts(node).fillsAbsence) fillsAbsence.add(draft)
    if (nullable) {
      draft.fromText = text.orNullFromText(draft.fromText, takesAnyText(core))
      draft.expected = anyOf([draft.expected, 'null'])
    }
    return draft
  }

  function inCore(core: Node, base: Base): Draft {
    const def = defOf(core)
    if (unitFacts(core) !== undefined) return host.make({ ...base, kind: 'leaf' })
    switch (def.type) {
      case 'object':
        return objectOf(core, base, Object.entries(def.shape), def.catchall)
      case 'record': {
        const keys = [...(def.keyType._zod.values ?? [])].filter((key) => typeof key !== 'symbol').map(String)
        if (keys.length === 0) return recordOf(def, base)
        const isOptional = hasKnownKeys(def) ? undefined : true
        const entries = keys.map((key) => [key, def.valueType] as const)
        return objectOf(core, base, entries, undefined, isOptional)
      }
      case 'array':
      case 'tuple':
        return listOf(def, base)
      case 'union': {
        const draft: DraftOf<'union'> = { ...base, kind: 'union', options: [] }
        draft.options = def.options.map(draftOf)
        draft.expected = anyOf(draft.options.map((option) => option.expected))
        draft.fromText = text.firstFromText(() => draft.options)
        return host.make(draft)
      }
      case 'intersection': {
        const both = intersect(draftOf(def.left), draftOf(def.right), host)
        return Object.assign(both, { ...base, marks: both.marks, expected: both.expected, fromText: both.fromText })
      }
      default:
        if (base.marks.secret) addTexts([...(core._zod.values ?? [])], secretTexts)
        return host.make({ ...base, ...singleValue(core, def, base.marks.secret), kind: 'leaf' })
    }
  }

  function objectOf(
    core: Node,
    base: Base,
    entries: readonly (readonly [string, Node])[],
    catchall: Node | undefined,
    isOptional?: boolean,
  ): Draft {
    const fields = new Map<string, Shape>()
    const construct = constructors.get(core) ?? constructorOf(entries.map(([key]) => key))
    constructors.set(core, construct)
    const draft: DraftOf<'object'> = { ...base, kind: 'object', fields, construct, fromText: text.objectFromText }
    host.later(() => {
      for (const [key, child] of entries) {
        fields.set(key, isOptional === undefined ? draftOf(child) : outline(child, isOptional))
      }
      if (catchall !== undefined && defOf(catchall).type !== 'never') draft.rest = draftOf(catchall)
    })
    return host.make(draft)
  }

  function recordOf(def: Extract<NodeDef, { type: 'record' }>, base: Base): Draft {
    const keyDef = defOf(def.keyType)
    const isAnyKey = keyDef.type === 'string' && (keyDef.checks ?? []).length === 0 && !('check' in keyDef)
    const keyExpected = isAnyKey ? undefined : expectedOf(def.keyType, base.marks.secret)
    const draft: DraftOf<'record'> = {
      ...base,
      kind: 'record',
      value: anything,
      keyExpected,
      fromText: text.objectFromText,
    }
    host.later(() => {
      draft.value = def.mode === 'loose' ? anything : draftOf(def.valueType)
    })
    return host.make(draft)
  }

  function listOf(def: Extract<NodeDef, { type: 'array' | 'tuple' }>, base: Base): Draft {
    const draft: DraftOf<'array'> = { ...base, kind: 'array', element: anything }
    draft.fromText = text.listFromText((index) => draft.items?.[index] ?? draft.element)
    host.later(() => {
      if (def.type === 'array') draft.element = draftOf(def.element)
      else {
        draft.items = def.items.map(draftOf)
        if (def.rest) draft.element = draftOf(def.rest)
      }
    })
    return host.make(draft)
  }

  const root = draftOf(schema)
  for (let work = waiting.shift(); work !== undefined; work = waiting.shift()) work()
  finishDrafts({ all, fillsAbsence, insides, secretTexts })
  if (root.kind !== 'object') throw new TypeError('the schema of a configuration is an object')
  return { root, shapeOf: (node) => drafts.get(node), secretTexts }
}

/** What a leaf allows and how it is written as text. */
function singleValue(core: Node, def: NodeDef, secret: boolean): Partial<DraftOf<'leaf'>> {
  switch (def.type) {
    case 'number':
      return { fromText: text.numberFromText }
    case 'boolean':
      return { fromText: text.booleanFromText }
    case 'null':
    case 'enum':
    case 'literal': {
      const values = [...(core._zod.values ?? [null])]
      // zod lists the values of these three; those that are no JSON were refused.
      const allowed = secret ? undefined : (values as DraftOf<'leaf'>['allowed'])
      return { fromText: text.oneOfFromText(values), ...(allowed && { allowed }) }
    }
    default:
      return {}
  }
}

function asLeaf(draft: Draft): DraftOf<'leaf'> {
  const { marks, description, expected, optional, default: written } = draft
  const base = { marks: { ...marks }, description, expected, optional, default: written }
  return { ...base, kind: 'leaf', transformed: true, fromText: text.asText }
}

function acceptsAbsence(node: Node): boolean {
  const def = defOf(node)
  // A preprocessing is called for an absent value too, but what it feeds decides whether one may be absent.
  if (def.type === 'pipe' && defOf(def.in).type === 'transform') return acceptsAbsence(def.out)
  return node._zod.optin !== undefined
}

function takesAnyText(core: Node): boolean {
  if (unitFacts(core) !== undefined) return false
  const def = defOf(core)
  if (def.type === 'union') return def.options.some((option) => takesAnyText(peel(option).core))
  return def.type === 'string' || def.type === 'template_literal' || def.type === 'any' || def.type === 'unknown'
}
