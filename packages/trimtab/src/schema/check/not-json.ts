import { isSecret } from '../../model/secrecy/secret.ts'
import type { Segments } from '../../model/path.ts'
import { isPlainObject } from '../../primitives/json.ts'

export interface NotJson {
  readonly path: Segments
  /** What stands there, never its content: `a Date`, `NaN`. */
  readonly what: string
}

const maximumDepth = 64

/**
 * What a schema made that JSON cannot carry: the outputs of transforms, defaults and catches. A field that is absent may
 * be undefined. The inside of a secret is reported at the secret.
 */
export function findNotJson(output: unknown): readonly NotJson[] {
  const found: NotJson[] = []
  look(output, [], found)
  return found
}

function look(value: unknown, path: Segments, found: NotJson[]): void {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return
    case 'number':
      if (!Number.isFinite(value)) found.push({ path, what: String(value) })
      return
    case 'object':
      lookInside(value, path, found)
      return
    default:
      found.push({ path, what: value === undefined ? 'undefined' : `a ${typeof value}` })
  }
}

function lookInside(value: object | null, path: Segments, found: NotJson[]): void {
  if (value === null) return
  if (path.length > maximumDepth) {
    found.push({ path, what: 'an object nested without end' })
  } else if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) look(value[index], [...path, index], found)
  } else if (isSecret(value)) {
    const inside: NotJson[] = []
    look(value.reveal(), [], inside)
    const [first] = inside
    if (first !== undefined) found.push({ path, what: first.what })
  } else if (isPlainObject(value)) {
    for (const key of Object.keys(value)) {
      if (value[key] !== undefined) look(value[key], [...path, key], found)
    }
  } else {
    found.push({ path, what: `a ${className(value)}` })
  }
}

function className(value: object): string {
  const constructor: unknown = Reflect.get(value, 'constructor')
  return typeof constructor === 'function' && constructor.name !== '' ? constructor.name : 'class instance'
}
