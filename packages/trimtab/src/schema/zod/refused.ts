import { TrimtabError } from '../../errors/trimtab-error.ts'
import type { NodeDef } from './node.ts'

/** The kinds of schema whose values no configuration file can hold, and what to write in their place. */
const refusedKinds: Partial<Record<NodeDef['type'], readonly [gives: string, instead: string]>> = {
  bigint: ['a bigint', 'z.number().int(), or z.string() for larger numbers'],
  custom: ['whatever its own code accepts', 'a schema of plain data, with .refine() for what it has to fulfil'],
  date: ['a Date', 'z.iso.datetime(), and make the Date where it is used'],
  file: ['a File', 'z.string() with the path of the file'],
  function: ['a function', 'a name, and look the function up where it is used'],
  map: ['a Map', 'z.record()'],
  nan: ['NaN', 'z.number()'],
  promise: ['a promise', 'the schema of what it resolves to'],
  set: ['a Set', 'z.array()'],
  symbol: ['a symbol', 'z.string()'],
  undefined: ['undefined', '.optional()'],
  void: ['undefined', '.optional()'],
}

/** Why a schema of this kind cannot be part of a configuration; undefined where it can. */
export function whyRefused(def: NodeDef): string | undefined {
  if (def.type === 'literal') {
    const odd = def.values.find((value) => value === undefined || typeof value === 'bigint')
    return def.values.every((value) => value !== undefined && typeof value !== 'bigint')
      ? undefined
      : `allows ${odd === undefined ? 'undefined' : 'a bigint'}, which is not JSON. Use .optional() or a number.`
  }
  const refused = refusedKinds[def.type]
  return refused && `gives ${refused[0]}, which is not JSON. Use ${refused[1]}.`
}

/** The error for a schema that cannot be a configuration's. `place` is a path, with `*` for any key or index. */
export function schemaInvalid(place: string, why: string): TrimtabError {
  return new TrimtabError('option_invalid', `The schema ${place === '' ? 'itself' : `at ${place}`} ${why}`, {
    details: { path: place },
  })
}
