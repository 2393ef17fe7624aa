import { isSecret, redacted } from '../../model/secrecy/secret.ts'
import { emptyRecord, isPlainObject, type Json } from '../../primitives/json.ts'
import { defOf, type Node } from './node.ts'

/**
 * What applies when nothing is written, from the wrappers of a value, outermost first. Undefined where there is nothing,
 * where it depends on what was written, and where it is no JSON. Secrets in it are not revealed.
 */
export function writtenDefault(layers: readonly Node[]): Json | undefined {
  for (const layer of layers) {
    const def = defOf(layer)
    try {
      if (def.type === 'default' || def.type === 'prefault') return asJson(def.defaultValue)
      // A catch that looks at what was written fails without it.
      if (def.type === 'catch') return asJson(def.catchValue(undefined as never))
    } catch {
      return undefined
    }
  }
  return undefined
}

function asJson(value: unknown): Json | undefined {
  if (isSecret(value)) return redacted
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (Array.isArray(value)) {
    const list = value.map(asJson).filter((each) => each !== undefined)
    return list.length === value.length ? Object.freeze(list) : undefined
  }
  if (!isPlainObject(value)) return undefined
  const copy = emptyRecord<Json>()
  for (const [key, child] of Object.entries(value)) {
    if (child === undefined) continue
    const written = asJson(child)
    if (written === undefined) return undefined
    copy[key] = written
  }
  return Object.freeze(copy)
}
