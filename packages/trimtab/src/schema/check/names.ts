import { pathLimits } from '../../model/path.ts'

const fieldName = /^[A-Za-z_][A-Za-z0-9_-]*$/
const controlCharacter = /\p{Cc}/u

/** True for the keys that JavaScript itself gives a meaning to: no configuration may have them. */
export function isPrototypeKey(key: string): boolean {
  return key === '__proto__' || key === 'constructor' || key === 'prototype'
}

/** Why a schema may not give a field that name; undefined where it may. */
export function whyNotFieldName(name: string): string | undefined {
  // zod would take the inherited `toString` of an object for a field of that name.
  if (name in Object.prototype || isPrototypeKey(name))
    return 'has a name that every object of JavaScript has. Choose another.'
  if (fieldName.test(name) && name.length <= pathLimits.key) return undefined
  return `has a name that is not allowed. Names are a letter or _, then letters, digits, _ and -, up to ${pathLimits.key}.`
}

/** Why nobody may choose that key in a record; undefined where they may. */
export function whyNotRecordKey(key: string): string | undefined {
  if (key.length > pathLimits.key) return `a key is longer than ${pathLimits.key} characters`
  return controlCharacter.test(key) ? 'a key contains a control character' : undefined
}
