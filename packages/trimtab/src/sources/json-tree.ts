import { printPath, type Segments } from '../model/path.ts'
import { emptyRecord, isPlainObject, type Json, type JsonObject, typeName } from '../primitives/json.ts'
import { err, ok, type Result } from '../primitives/result.ts'
import type { Problem } from '../schema/problem.ts'
import { isPrototypeKey, whyNotRecordKey } from '../schema/check/names.ts'
import { sourceLimits } from './limits.ts'

/** What keeps a value from being configuration. Neither the message nor the path holds a value. */
export type JsonFlaw = Pick<Problem, 'code' | 'message' | 'hint' | 'path'>

const halfCharacter = /\p{Surrogate}/u
const shown = 20

/**
 * A deeply frozen copy of what somebody's code gave, made of objects without a prototype; or why it is no
 * configuration: values that JSON cannot carry, odd or prototype keys, deep nesting, too much of it.
 */
export function toJsonTree(value: unknown): Result<JsonObject, readonly JsonFlaw[]> {
  if (!isPlainObject(value)) {
    return err([{ code: 'not_an_object', message: `expected an object, received ${typeName(value)}` }])
  }
  // The copy of an object is an object.
  return toJson(value) as Result<JsonObject, readonly JsonFlaw[]>
}

/** As `toJsonTree`, for a value at `path`: any that JSON can carry. */
export function toJson(value: unknown, path: Segments = []): Result<Json, readonly JsonFlaw[]> {
  const flaws: JsonFlaw[] = []
  const budget = { bytes: sourceLimits.fileBytes }
  let copy: Json = null
  try {
    copy = copyJson(value, path, (flaw) => void flaws.push(flaw), budget)
  } catch {
    // A getter or a proxy threw; what it threw may say more than may be shown.
    return err([{ code: 'not_json', message: 'a value could not be read', hint: 'Give plain data, without getters.' }])
  }
  if (budget.bytes < 0) {
    const message = `larger than ${sourceLimits.fileBytes / 1024 / 1024} MiB`
    return err([{ code: 'too_large', message, hint: 'Keep large content outside of the configuration.' }])
  }
  return flaws.length === 0 ? ok(copy) : err(flaws.slice(0, shown))
}

interface Budget {
  bytes: number
}

function copyJson(value: unknown, path: Segments, report: (flaw: JsonFlaw) => void, budget: Budget): Json {
  // Once too large there is no need to go on: the rest may be endless.
  if (budget.bytes < 0) return null
  // About what it takes when it is written as JSON.
  budget.bytes -= typeof value === 'string' ? value.length + 3 : 2
  const flaw = (code: JsonFlaw['code'], message: string, hint?: string) => {
    report({ code, message, hint, path: path.length === 0 ? undefined : printPath(path) })
    return null
  }
  switch (typeof value) {
    case 'string': {
      if (halfCharacter.test(value)) return flaw('not_json', 'a text contains half a character (a lone surrogate)')
      const isLarge = Buffer.byteLength(value) > sourceLimits.valueBytes
      return isLarge ? flaw('too_large', `a text is larger than ${sourceLimits.valueBytes / 1024} KiB`) : value
    }
    case 'boolean':
      return value
    case 'number':
      // Minus zero is written as 0 everywhere else.
      return Number.isFinite(value) ? value + 0 : flaw('not_json', 'a number must be finite')
    case 'object':
      break
    default:
      return flaw('not_json', `expected a value that JSON has, received ${typeof value}`)
  }
  if (value === null) return null
  // Also what ends a circle.
  if (path.length >= sourceLimits.levels) return flaw('too_deep', `nested deeper than ${sourceLimits.levels} levels`)
  if (Array.isArray(value)) {
    // Holes are read as what they give: undefined, which is no JSON.
    return Object.freeze(
      Array.from(value, (child: unknown, index) => copyJson(child, [...path, index], report, budget)),
    )
  }
  if (!isPlainObject(value)) {
    return flaw(
      'not_json',
      'expected a plain object, received an instance of a class',
      'Give what it holds as plain data.',
    )
  }
  const copy = emptyRecord<Json>()
  for (const [key, child] of Object.entries(value)) {
    budget.bytes -= key.length + 3
    const why = whyNotKey(key)
    if (why !== undefined) report({ ...why, path: path.length === 0 ? undefined : printPath(path) })
    else if (child !== undefined) copy[key] = copyJson(child, [...path, key], report, budget)
  }
  return Object.freeze(copy)
}

/** Why nobody may choose that key; the key itself is not shown. */
export function whyNotKey(key: string): JsonFlaw | undefined {
  const hint = 'Choose another name.'
  if (isPrototypeKey(key)) {
    return { code: 'prototype_key', message: 'a key may not be named __proto__, constructor or prototype', hint }
  }
  if (halfCharacter.test(key)) return { code: 'key_invalid', message: 'a key contains half a character', hint }
  const message = whyNotRecordKey(key)
  return message === undefined ? undefined : { code: 'key_invalid', message, hint }
}
