import { isSecret, redacted } from './secret.ts'

/** From this length on a secret is looked for anywhere; a shorter one only as a word, or it would eat other words. */
const anywhere = 4

/**
 * Gives a function that takes known secrets out of a text, as they are and as JSON, a URL or base64 would show them.
 */
export function createScrubber(secrets: Iterable<string>): (text: string) => string {
  const forms = new Set<string>()
  for (const secret of secrets) for (const form of formsOf(secret)) if (form !== '') forms.add(form)
  if (forms.size === 0) return (text) => text
  // The longest first: a secret that contains another is taken out whole.
  const patterns = [...forms].sort((a, b) => b.length - a.length).map(patternOf)
  const pattern = new RegExp(patterns.join('|'), 'gu')
  return (text) => text.replace(pattern, redacted)
}

/** The texts of every secret in a tree. */
export function* secretTexts(tree: unknown): Iterable<string> {
  if (isSecret(tree)) {
    yield* leafTexts(tree.reveal())
    return
  }
  if (typeof tree !== 'object' || tree === null) return
  for (const child of Object.values(tree)) yield* secretTexts(child)
}

function* leafTexts(value: unknown): Iterable<string> {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') yield String(value)
  else if (typeof value === 'object' && value !== null)
    for (const child of Object.values(value)) yield* leafTexts(child)
}

function formsOf(secret: string): readonly string[] {
  const json = JSON.stringify(secret).slice(1, -1)
  if (secret.length < anywhere) return [secret, json]
  const base64 = Buffer.from(secret).toString('base64')
  return [secret, json, encodeURIComponent(Buffer.from(secret).toString()), base64, base64.replace(/=+$/, '')]
}

function patternOf(form: string): string {
  const literal = form.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`).replaceAll('-', String.raw`\x2d`)
  return form.length < anywhere ? `(?<![\\p{L}\\p{N}_])${literal}(?![\\p{L}\\p{N}_])` : literal
}
