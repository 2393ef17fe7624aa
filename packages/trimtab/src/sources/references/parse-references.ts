/** What stands between `${` and `}`: where a value is, and its name there. A name is no secret. */
export interface Reference {
  readonly scheme: string
  readonly name: string
}

/** A piece of a text: what is taken as it stands, a reference, or one whose closing brace is missing. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'reference'; readonly reference: Reference }
  | { readonly kind: 'unclosed'; readonly scheme: string }

const open = '${'
const escaped = '$${'
const longestShown = 200
const wholeScheme = /^[a-z][a-z0-9+.-]{0,31}$/
const schemeStart = /^\$\{([a-z][a-z0-9+.-]{0,31}):/

/**
 * Splits a text at its references. `$${` gives a plain `${`; a `${` that no scheme of `schemes` follows is text like any
 * other, so that a password may contain it. There is nothing that stands for itself by being written twice but `$${`.
 *
 * @example
 * parseReferences('postgres://app:${env:DB_PASSWORD}@db', new Set(['env']))
 */
export function parseReferences(text: string, schemes: ReadonlySet<string>): readonly Part[] {
  const parts: Part[] = []
  let literal = ''
  const add = (part: Part) => {
    if (literal !== '') parts.push({ kind: 'text', text: literal })
    literal = ''
    parts.push(part)
  }
  let at = 0
  while (at < text.length) {
    const dollar = text.indexOf('$', at)
    if (dollar < 0) break
    literal += text.slice(at, dollar)
    if (text.startsWith(escaped, dollar)) {
      literal += open
      at = dollar + escaped.length
      continue
    }
    const start = startOf(text, dollar, schemes)
    if (start === undefined) {
      literal += '$'
      at = dollar + 1
      continue
    }
    const end = text.indexOf('}', start.nameAt)
    if (end < 0) {
      add({ kind: 'unclosed', scheme: start.scheme })
      return parts
    }
    add({ kind: 'reference', reference: { scheme: start.scheme, name: text.slice(start.nameAt, end) } })
    at = end + 1
  }
  literal += text.slice(at)
  if (literal !== '' || parts.length === 0) parts.push({ kind: 'text', text: literal })
  return parts
}

/** True when a reference stands in the text, closed or not; an escaped one is none. */
export function hasReference(text: string, schemes: ReadonlySet<string>): boolean {
  return text.includes(open) && parseReferences(text, schemes).some((part) => part.kind !== 'text')
}

/** The text that means `text` literally, whatever is in it: `parseReferences` gives it back as one piece. */
export function escapeReferences(text: string): string {
  return text.replaceAll(open, () => escaped)
}

/** A reference as a person writes it, in one line of bounded length: whoever publishes a value chooses the name. */
export function printReference({ scheme, name }: Reference): string {
  const short = name.length > longestShown ? `${name.slice(0, longestShown)}…` : name
  return `${open}${scheme}:${short.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '\u{FFFD}')}}`
}

export function isScheme(text: string): boolean {
  return wholeScheme.test(text)
}

function startOf(
  text: string,
  dollar: number,
  schemes: ReadonlySet<string>,
): { readonly scheme: string; readonly nameAt: number } | undefined {
  // A scheme is short: what is looked at is bounded, so that a text full of `${` costs no more than its length.
  const match = schemeStart.exec(text.slice(dollar, dollar + 40))
  const found = match?.[1]
  if (match === null || found === undefined || !schemes.has(found)) return undefined
  return { scheme: found, nameAt: dollar + match[0].length }
}
