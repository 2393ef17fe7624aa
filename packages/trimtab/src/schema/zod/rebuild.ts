import { z } from 'zod'
import { pathLimits } from '../../model/path.ts'
import { ownMarks } from '../marks.ts'
import { whyNotFieldName } from '../check/names.ts'
import type { Marks } from '../shape.ts'
import { isReadAsEmpty } from './absence.ts'
import { defOf, hasKnownKeys, lazyInner, type Node, type NodeDef, withDef } from './node.ts'
import { fenceChecks, fenceTransform, overwrites } from './own-code.ts'
import { schemaInvalid, whyRefused } from './refused.ts'

/** What is known of a node of a rebuilt schema. */
interface NodeFacts {
  /** Its own marks and those of its ancestors. */
  readonly marks: Marks
  /** What its author registered for it: description, examples. */
  readonly meta: Readonly<Record<string, unknown>>
  /** True for the wrapper that reads an absent object as `{}`. */
  readonly fillsAbsence: boolean
  /** True where it is a secret, or something inside it is or may be one. */
  readonly holdsSecret: boolean
}

export interface RebuiltSchema<S extends Node = Node> {
  readonly schema: S
  readonly facts: (node: Node) => NodeFacts
}

/**
 * How an object treats keys that it does not name, where its author left that open. Both sides of an intersection see
 * the whole value: zod reconciles the keys that only one side knows at the top, but not below it.
 */
type Openness = 'closed' | 'side' | 'open'

interface Place {
  /** Like a path, with `*` for any key or index. */
  readonly text: string
  readonly depth: number
}

/** A schema that makes fresh schemas at every reading has more than this below half of the levels allowed. */
const maximumDeepNodes = 5_000

const unmarked: Marks = Object.freeze({ dynamic: false, secret: false, perTenant: false })
const unknownNode: NodeFacts = Object.freeze({ marks: unmarked, meta: {}, fillsAbsence: false, holdsSecret: false })

/**
 * A copy of a schema that leaves the author's own untouched: strict about unknown keys, reading an absent object as `{}`,
 * with the author's code fenced, and with a node of its own for each place with other marks. Throws `option_invalid` for
 * what no configuration can be.
 */
export function rebuildSchema<S extends Node>(schema: S): RebuiltSchema<S> {
  const facts = new Map<Node, NodeFacts>()
  const built = new Map<Node, Map<string, Node | undefined>>()
  const open = new Set<Node>()
  let deepNodes = 0
  let secrets = 0

  /** The copy of `node` for a place; each combination of marks and openness has its own. */
  function visit(node: Node, place: Place, inherited: Marks, openness: Openness): Node {
    const own = ownMarks(node)
    const marks: Marks = {
      dynamic: inherited.dynamic || own.dynamic === true,
      secret: inherited.secret || own.secret === true,
      perTenant: inherited.perTenant || own.perTenant === true,
    }
    const variants = built.get(node) ?? new Map<string, Node | undefined>()
    built.set(node, variants)
    const variant = `${openness} ${Object.values(marks).join()}`
    const known = variants.get(variant)
    if (known !== undefined) {
      if (facts.get(known)?.holdsSecret === true) secrets += 1
      return known
    }
    if (variants.has(variant)) {
      // Being built further up: the schema contains itself. The lazy node is read when the copy is complete, and until
      // then it may hold a secret.
      secrets += 1
      return remember(
        z.lazy(() => variants.get(variant) ?? z.never()),
        { marks, meta: metaOf(node), holdsSecret: true },
      )
    }
    if (place.depth > pathLimits.levels / 2) deepNodes += 1
    if (deepNodes > maximumDeepNodes)
      throw schemaInvalid(place.text, 'never ends: it makes new schemas each time it is read.')
    variants.set(variant, undefined)
    const secretsBefore = secrets
    if (marks.secret) secrets += 1
    const copy = place.depth > pathLimits.levels ? z.unknown().optional() : rebuild(node, place, marks, openness)
    variants.set(variant, copy)
    return remember(copy, { marks, meta: metaOf(node), holdsSecret: secrets > secretsBefore })
  }

  function remember(copy: Node, known: Omit<NodeFacts, 'fillsAbsence'>, fillsAbsence = false): Node {
    facts.set(copy, { ...known, marks: Object.freeze(known.marks), fillsAbsence })
    return copy
  }

  function rebuild(node: Node, place: Place, marks: Marks, openness: Openness): Node {
    const def = defOf(node)
    const why = whyRefused(def)
    if (why !== undefined) throw schemaInvalid(place.text, why)
    if (openness === 'side' && ownMarks(node).secret === true) {
      throw schemaInvalid(place.text, 'makes a secret of one side of an intersection. Mark the fields inside it.')
    }
    const checks = fenceChecks(def.checks, place.text)
    const inside = (child: Node, at: Place = place, how: Openness = openness) => visit(child, at, marks, how)
    const below: Openness = openness === 'closed' ? 'closed' : 'open'

    switch (def.type) {
      case 'object': {
        const shape = within(node, () => fieldsOf(def, place, marks, below))
        const catchall = def.catchall ? inside(def.catchall, anyKey(place), below) : undefined
        return withDef(node, { checks, shape, catchall: catchall ?? (openness === 'open' ? undefined : z.never()) })
      }
      case 'record': {
        refuseChangedKeys(def.keyType, place)
        const keyType = inside(def.keyType, place, 'open')
        const valueType = within(node, () =>
          hasKnownKeys(def)
            ? field(def.valueType, anyKey(place), marks, below)
            : inside(def.valueType, anyKey(place), below),
        )
        return withDef(node, { checks, keyType, valueType })
      }
      case 'array':
        return withDef(node, { checks, element: inside(def.element, anyKey(place), below) })
      case 'tuple': {
        const items = def.items.map((item, index) => inside(item, nested(place, `[${index}]`), below))
        return withDef(node, { checks, items, rest: def.rest && inside(def.rest, anyKey(place), below) })
      }
      case 'union':
        return withDef(node, { checks, options: def.options.map((option) => inside(option)) })
      case 'intersection': {
        const side = openness === 'open' ? 'open' : 'side'
        return withDef(node, { checks, left: inside(def.left, place, side), right: inside(def.right, place, side) })
      }
      case 'pipe': {
        const isPreprocess = defOf(def.in).type === 'transform'
        const changes: Record<string, unknown> = {
          checks,
          in: inside(def.in),
          // What comes out of a transform is its author's; what comes out of a preprocessing is what was written.
          out: inside(def.out, place, isPreprocess ? openness : 'open'),
        }
        if ('transform' in def && typeof def.transform === 'function') {
          changes['transform'] = fenceTransform(def.transform, place.text)
        }
        return withDef(node, changes)
      }
      case 'transform':
        return withDef(node, { checks, transform: fenceTransform(def.transform, place.text) })
      case 'lazy': {
        const target = lazyInner(node)
        if (target === undefined) throw schemaInvalid(place.text, 'is a lazy schema that gives nothing.')
        const inner = inside(target)
        return withDef(node, { checks, getter: () => inner, _cachedInner: undefined })
      }
      case 'optional':
      case 'nullable':
      case 'default':
      case 'prefault':
      case 'nonoptional':
      case 'success':
      case 'catch':
      case 'readonly':
        return withDef(node, { checks, innerType: inside(def.innerType) })
      default:
        return withDef(node, { checks })
    }
  }

  function fieldsOf(def: z.core.$ZodObjectDef, place: Place, marks: Marks, openness: Openness): Record<string, Node> {
    if (Object.getOwnPropertySymbols(def.shape).length > 0) throw schemaInvalid(place.text, 'has a symbol as a key.')
    const shape: Record<string, Node> = {}
    for (const [name, child] of Object.entries(def.shape)) {
      const at = nested(place, place.text === '' ? name : `.${name}`)
      const why = whyNotFieldName(name)
      if (why !== undefined) throw schemaInvalid(at.text, why)
      shape[name] = field(child, at, marks, openness)
    }
    return shape
  }

  /** A value that may be absent, where an object is then read as `{}`. */
  function field(child: Node, place: Place, marks: Marks, openness: Openness): Node {
    // Decided on the author's schema, which is complete, and before the child itself is open.
    const fills = isReadAsEmpty(child, open)
    const copy = visit(child, place, marks, openness)
    const known = facts.get(copy)
    return fills && known !== undefined
      ? remember(
          z.prefault(copy, () => ({})),
          { ...known, meta: {} },
          true,
        )
      : copy
  }

  function within<T>(node: Node, work: () => T): T {
    const wasOpen = open.has(node)
    open.add(node)
    const result = work()
    if (!wasOpen) open.delete(node)
    return result
  }

  // Copies have the constructor, and so the type, of what they are copied from.
  const copy = visit(schema, { text: '', depth: 0 }, unmarked, 'closed') as S
  return { schema: copy, facts: (node) => facts.get(node) ?? unknownNode }
}

/** What an author registered for a schema, as `.describe()` and `.meta()` do. */
function metaOf(node: Node): NodeFacts['meta'] {
  return z.globalRegistry.get(node) ?? {}
}

function nested(place: Place, step: string): Place {
  return { text: `${place.text}${step}`, depth: place.depth + 1 }
}

function anyKey(place: Place): Place {
  return nested(place, '[*]')
}

/** A key that validation changes would stand elsewhere in what is read than in what was written. */
function refuseChangedKeys(keyType: Node, place: Place): void {
  const def: NodeDef = defOf(keyType)
  if (def.type !== 'pipe' && def.type !== 'transform' && !overwrites(def)) return
  throw schemaInvalid(place.text, 'changes the keys of a record. Let the key schema accept or refuse them only.')
}
