import { constructorOf } from './construct.ts'
import type { Shape } from '../shape.ts'
import type { Draft, Later } from './draft.ts'

/** The shape of a value that has to be both. `make` registers what is new. */
export function intersect(left: Shape, right: Shape, host: Later & { make(draft: Draft): Draft }): Draft {
  const base = {
    marks: {
      dynamic: left.marks.dynamic || right.marks.dynamic,
      secret: left.marks.secret || right.marks.secret,
      perTenant: left.marks.perTenant || right.marks.perTenant,
    },
    description: left.description ?? right.description,
    expected: left.expected === right.expected ? left.expected : `${left.expected} and ${right.expected}`,
    optional: left.optional && right.optional,
    default: left.default ?? right.default,
    fromText: left.fromText,
  }
  const transformed = left.transformed === true || right.transformed === true
  if (left.kind === 'union' || right.kind === 'union') {
    const [union, other] = left.kind === 'union' ? [left, right] : [right, left]
    const options = union.kind === 'union' ? union.options : []
    return host.make({
      ...base,
      transformed,
      kind: 'union',
      options: options.map((option) => intersect(option, other, host)),
    })
  }
  if (left.kind === 'object' && right.kind === 'object') {
    const fields = new Map<string, Shape>()
    const draft = host.make({ ...base, transformed, kind: 'object', fields, construct: constructorOf([]) })
    host.later(() => {
      for (const key of new Set([...left.fields.keys(), ...right.fields.keys()])) {
        const both = [left.fields.get(key), right.fields.get(key)].filter((shape) => shape !== undefined)
        const [first, second] = both
        if (first !== undefined) fields.set(key, second === undefined ? first : intersect(first, second, host))
      }
      if (draft.kind !== 'object') return
      draft.rest = left.rest ?? right.rest
      draft.construct = constructorOf([...fields.keys()])
    })
    return draft
  }
  const record = left.kind === 'record' ? left : right
  const object = left.kind === 'object' ? left : right
  if (record.kind === 'record' && object.kind === 'object') {
    const draft = host.make({ ...object, ...base, transformed })
    host.later(() => {
      if (draft.kind === 'object') Object.assign(draft, { construct: object.construct, rest: record.value })
    })
    return draft
  }
  return host.make({ ...left, ...base, transformed })
}
