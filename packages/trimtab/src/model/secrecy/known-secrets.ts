/** From this many characters on a text is looked for anywhere; a shorter one only as a word, or it would eat other words. */
const anywhere = 4

/** Characters below which what is left of a secret inside longer base64 could as well be something else. */
const shortestCore = 8

/** A part of a text that belongs to a secret. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** Texts with the same head. There may be many, all with one beginning: they are looked up, length by length. */
interface Group {
  readonly texts: Set<string>
  /** The longest first: one that contains another is taken out whole. */
  readonly lengths: number[]
}

/** Secrets to look for in texts. What they may look like is worked out for the first text that comes, for each of them once. */
export class KnownSecrets {
  readonly #known = new Set<string>()
  /** Of which nothing has been worked out yet. */
  #pending: string[] = []
  /** The first characters of all long forms. */
  readonly #starts = new Set<string>()
  /** The long forms by their first characters. */
  readonly #byHead = new Map<string, Group>()
  readonly #words = new Set<string>()
  #wordPattern: RegExp | undefined

  constructor(secrets: Iterable<string> = []) {
    this.add(secrets)
  }

  get size(): number {
    return this.#known.size
  }

  add(secrets: Iterable<string>): void {
    for (const secret of secrets) {
      if (secret === '' || this.#known.has(secret)) continue
      this.#known.add(secret)
      this.#pending.push(secret)
    }
  }

  /** Knows these and no others from now on. */
  replace(secrets: Iterable<string>): void {
    for (const each of [this.#known, this.#starts, this.#byHead, this.#words]) each.clear()
    this.#pending = []
    this.#wordPattern = undefined
    this.add(secrets)
  }

  /** Where they are in a text, some maybe inside others. */
  spansIn(text: string): readonly Span[] {
    if (this.#known.size === 0) return []
    this.#workOut()
    const spans: Span[] = []
    for (let at = 0; at + anywhere <= text.length; at += 1) {
      if (!this.#starts.has(text.charAt(at))) continue
      const group = this.#byHead.get(text.slice(at, at + anywhere))
      const length = group?.lengths.find((each) => group.texts.has(text.slice(at, at + each)))
      if (length !== undefined) spans.push({ from: at, to: at + length })
    }
    if (this.#words.size === 0) return spans
    this.#wordPattern ??= wholeWords([...this.#words].sort((a, b) => b.length - a.length))
    for (const { 0: word, index } of text.matchAll(this.#wordPattern))
      spans.push({ from: index, to: index + word.length })
    return spans
  }

  #workOut(): void {
    const secrets = this.#pending
    this.#pending = []
    for (const secret of secrets) {
      for (const form of formsOf(secret)) {
        if (form.length >= anywhere) this.#addLong(form)
        else if (form !== '' && !this.#words.has(form)) {
          this.#words.add(form)
          this.#wordPattern = undefined
        }
      }
    }
  }

  #addLong(form: string): void {
    const head = form.slice(0, anywhere)
    this.#starts.add(head.charAt(0))
    const group = this.#byHead.get(head) ?? { texts: new Set(), lengths: [] }
    this.#byHead.set(head, group)
    group.texts.add(form)
    if (group.lengths.includes(form.length)) return
    group.lengths.push(form.length)
    group.lengths.sort((a, b) => b - a)
  }
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
