import { createHash } from 'node:crypto'
import { compareText, type Json } from '../primitives/json.ts'

/** Digests frozen trees. It remembers the digest of every subtree it has met, so that only what is new is hashed. */
export interface Digester {
  /** The same for the same content: the order of keys counts for nothing. */
  digest(tree: Json): string
}

export function createDigester(): Digester {
  const known = new WeakMap<object, string>()

  const digest = (value: Json): string => {
    if (typeof value !== 'object' || value === null) return scalar(value)
    const remembered = known.get(value)
    if (remembered !== undefined) return remembered
    const text = Array.isArray(value)
      ? `[${value.map(digest).join(',')}]`
      : objectText(value as { readonly [key: string]: Json }, digest)
    const hash = createHash('sha256').update(text).digest('base64url')
    known.set(value, hash)
    return hash
  }
  return { digest }
}

/** The digest of one tree, without remembering anything. */
export function digestOf(tree: Json): string {
  return createDigester().digest(tree)
}

function objectText(value: { readonly [key: string]: Json }, digest: (value: Json) => string): string {
  const keys = Object.keys(value).sort(compareText)
  return `{${keys.map((key) => `${JSON.stringify(key)}:${digest(value[key] ?? null)}`).join(',')}}`
}

/** A digest of a subtree has no quotes, and a scalar is told from it by its first character. */
function scalar(value: null | boolean | number | string): string {
  return value === 0 ? '#0' : `#${JSON.stringify(value)}`
}
