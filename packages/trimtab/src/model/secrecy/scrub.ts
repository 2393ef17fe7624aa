import { isPlainObject } from '../../primitives/json.ts'
import { isSecret, redacted } from './secret.ts'

/** From this many characters on a text is looked for anywhere; a shorter one only as a word, or it would eat other words. */
const anywhere = 4

/** Characters below which what is left of a secret inside longer base64 could as well be something else. */
const shortestCore = 8

/**
 * Gives a function that takes known secrets out of a text: as they are, and as JSON, a URL, or base64, also in the middle
 * of it, would show them; of a secret that is a URL, its password alone as well. Where secrets overlap, everything that
 * belongs to one of them goes. The cost follows the length of the text and hardly the number of secrets.
 */
export function createScrubber(secrets: Iterable<string>): (text: string) => string {
  const known = new Set(secrets)
  known.delete('')
  if (known.size === 0) return (text) => text
  // Most scrubbers are made for texts that never come.
  let forms: Forms | undefined
  return (text) => {
    forms ??= collectForms(known)
    const scrubbed = withoutLong(text, forms)
    return forms.words === undefined ? scrubbed : scrubbed.replace(forms.words, redacted)
  }
}

interface Forms {
  /** The first characters of all long ones. */
  readonly starts: ReadonlySet<string>
  /** The long ones by their first characters. */
  readonly byHead: ReadonlyMap<string, Group>
  readonly words: RegExp | undefined
}

/** Texts with the same head. There may be many, all with one beginning: they are looked up, length by length. */
interface Group {
  readonly texts: Set<string>
  /** The longest first: one that contains another is taken out whole. */
  readonly lengths: number[]
}

function collectForms(secrets: Iterable<string>): Forms {
  const forms = new Set<string>()
  for (const secret of secrets) for (const form of formsOf(secret)) if (form !== '') forms.add(form)
  const byHead = new Map<string, Group>()
  const words: string[] = []
  for (const form of [...forms].sort((a, b) => b.length - a.length)) {
    if (form.length < anywhere) words.push(form)
    else addTo(byHead, form)
  }
  return {
    starts: new Set([...byHead.keys()].map((head) => head.charAt(0))),
    byHead,
    words: words.length === 0 ? undefined : wholeWords(words),
  }
}

function addTo(byHead: Map<string, Group>, form: string): void {
  const head = form.slice(0, anywhere)
  const group = byHead.get(head) ?? { texts: new Set(), lengths: [] }
  byHead.set(head, group)
  group.texts.add(form)
  if (group.lengths.at(-1) !== form.length) group.lengths.push(form.length)
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

function withoutLong(text: string, { starts, byHead }: Forms): string {
  let result = ''
  let copied = 0
  for (let at = 0; at + anywhere <= text.length; at += 1) {
    if (!starts.has(text.charAt(at))) continue
    const group = byHead.get(text.slice(at, at + anywhere))
    const length = group?.lengths.find((each) => group.texts.has(text.slice(at, at + each)))
    if (length === undefined) continue
    // One that begins inside another only makes the gap longer.
    if (at >= copied) result += text.slice(copied, at) + redacted
    copied = Math.max(copied, at + length)
  }
  return copied === 0 ? text : result + text.slice(copied)
}

function wholeWords(words: readonly string[]): RegExp {
  const literals = words.map((word) => word.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, (character) => hex(character)))
  return new RegExp(`(?<![\\p{L}\\p{N}_])(?:${literals.join('|')})(?![\\p{L}\\p{N}_])`, 'gu')
}

function hex(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
}

function formsOf(secret: string): readonly string[] {
  const password = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]*?:([^/?#\s]+)@/i.exec(secret)?.[1]
  const passwords = password === undefined ? [] : [password, decoded(password)]
  return [secret, ...passwords].flatMap((text) => [
    text,
    JSON.stringify(text).slice(1, -1),
    ...urlForms(text),
    ...base64Forms(text),
  ])
}

function urlForms(text: string): readonly string[] {
  // Half a surrogate pair, which no URL can hold, becomes what it would be sent as.
  const component = encodeURIComponent(Buffer.from(text).toString())
  const strict = component.replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  const forms = [component, strict, strict.replaceAll('%20', '+')]
  return component.includes('%') || strict !== component ? [...forms, ...forms.map(withSmallEscapes)] : forms
}

function withSmallEscapes(form: string): string {
  return form.replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase())
}

/** Whole, and what it leaves of itself in the base64 of a text that contains it, at each of the three offsets. */
function base64Forms(text: string): readonly string[] {
  const whole = Buffer.from(text).toString('base64')
  const forms = [whole, whole.replace(/=+$/, '')]
  for (const offset of [0, 1, 2]) {
    const shifted = Buffer.from('\0'.repeat(offset) + text)
    // Characters that also hold bits of what stands before or after are left out.
    const core = shifted.toString('base64').slice(Math.ceil((offset * 8) / 6), Math.floor((shifted.length * 8) / 6))
    if (core.length >= shortestCore) forms.push(core)
  }
  return [...forms, ...forms.map(forUrls)]
}

function forUrls(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
