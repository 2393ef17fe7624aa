import { isDeepStrictEqual } from 'node:util'
import { isPlainObject } from '../../primitives/json.ts'
import type { VerifiedHook } from './rules.ts'

/** Gives hooks copies that can be changed, so that a change which the frozen original would have swallowed is seen. */
export interface Inputs {
  copy(hook: VerifiedHook, value: unknown): unknown
  /** The hooks whose copies are not what they were. */
  changed(): readonly VerifiedHook[]
}

export function createInputs(): Inputs {
  const given: { readonly hook: VerifiedHook; readonly value: unknown; readonly copy: unknown }[] = []
  return {
    copy(hook, value) {
      const copy = thaw(value)
      given.push({ hook, value, copy })
      return copy
    },
    changed: () => [
      ...new Set(given.filter(({ value, copy }) => !isDeepStrictEqual(value, copy)).map(({ hook }) => hook)),
    ],
  }
}

/** Secrets and the like stay what they are: they cannot be copied, and not be changed. */
function thaw(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(thaw)
  if (!isPlainObject(value)) return value
  const copy: object = Object.create(Object.getPrototypeOf(value))
  return Object.assign(copy, Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, thaw(inner)])))
}
