import { createHmac, hash } from 'node:crypto'
import { isJsonArray, type Json, type JsonArray, type JsonObject } from '../primitives/json.ts'

/** Identifies content: the same text exactly for the same content, whatever the order of keys. */
export interface Digester {
  /**
   * The SHA-256 of a tree, in base64url. The digest of each frozen part is remembered for as long as the part lives, so
   * that a tree that shares with an earlier one costs no more than what it does not share.
   */
  digest(tree: Json): string
}

/** Digests of any two digesters can be compared. */
export function createDigester(): Digester {
  const known = new WeakMap<object, string>()

  const digest = (tree: Json): string => {
    if (typeof tree !== 'object' || tree === null) return sha256(JSON.stringify(tree))
    const remembered = known.get(tree)
    if (remembered !== undefined) return remembered
    const result = sha256(isJsonArray(tree) ? arrayText(tree) : objectText(tree))
    if (Object.isFrozen(tree)) known.set(tree, result)
    return result
  }
  // One call for all the values of an object: JSON tells 1 from "1", escapes what is no text, and writes -0 as 0. A list
  // stands for what has a digest of its own: no list is written as itself.
  const inline = (value: Json): Json => (typeof value === 'object' && value !== null ? [digest(value)] : value)
  const arrayText = (array: JsonArray): string => `array ${JSON.stringify(array.map(inline))}`
  const objectText = (object: JsonObject): string => {
    const entries: Json[] = []
    for (const key of Object.keys(object).sort()) entries.push(key, inline(object[key] ?? null))
    return `object ${JSON.stringify(entries)}`
  }
  return { digest }
}

/**
 * The SHA-256 of a tree, in base64url: the same exactly for the same content, whatever the order of keys. It is what a
 * source of yours gives as the `digest` of its layers. It has no key: whoever sees it can try short secrets until one
 * fits, so that it is not to be printed.
 *
 * @example
 * digestOf({ a: 1, b: 2 }) === digestOf({ b: 2, a: 1 }) // true
 */
export function digestOf(tree: Json): string {
  return createDigester().digest(tree)
}

function sha256(text: string): string {
  return hash('sha256', text, 'base64url')
}

/** A digest as it may be shown: it still tells same from other, but nothing can be found by trying without the key. */
export function keyedDigest(key: Uint8Array, digest: string): string {
  return createHmac('sha256', key).update(digest).digest('base64url')
}
