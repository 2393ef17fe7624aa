import { isPlainObject } from '../../primitives/json.ts'
import { KnownSecrets, type Span } from './known-secrets.ts'
import { isSecret, redacted } from './secret.ts'

/**
 * Gives a function that takes known secrets out of a text: as they are, and as JSON, a URL, or base64, also in the middle
 * of it, would show them; of a secret that is a URL, its password alone as well. Where secrets overlap, everything that
 * belongs to one of them goes. The cost follows the length of the text and hardly the number of secrets. `further` may
 * come to know more later on.
 */
export function createScrubber(secrets: Iterable<string>, further?: KnownSecrets): (text: string) => string {
  const known = new KnownSecrets(secrets)
  return (text) => withoutSpans(text, [...known.spansIn(text), ...(further?.spansIn(text) ?? [])])
}

/** The texts of every secret in a tree: those of an object are the texts in it. What is true or false is none. */
export function* secretTexts(tree: unknown): Iterable<string> {
  if (isSecret(tree)) yield* leafTexts(tree.reveal())
  else if (Array.isArray(tree) || isPlainObject(tree)) {
    for (const child of Object.values(tree)) yield* secretTexts(child)
  }
}

function* leafTexts(value: unknown): Iterable<string> {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') yield String(value)
  else if (isSecret(value)) yield* leafTexts(value.reveal())
  else if (typeof value === 'object' && value !== null) {
    for (const child of Object.values(value)) yield* leafTexts(child)
  }
}

function withoutSpans(text: string, spans: readonly Span[]): string {
  let result = ''
  let copied = 0
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    // One that begins inside another only makes the gap longer.
    if (from >= copied) result += text.slice(copied, from) + redacted
    copied = Math.max(copied, to)
  }
  return copied === 0 ? text : result + text.slice(copied)
}
