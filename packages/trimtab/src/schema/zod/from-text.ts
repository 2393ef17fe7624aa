import { cloneJson, type Json } from '../../primitives/json.ts'
import type { Shape } from '../shape.ts'

/** Turns a text into the value a field takes; text that does not fit stays as it is. */
export type FromText = (text: string) => Json

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const yes: ReadonlySet<string> = new Set(['true', '1', 'yes', 'on'])
const no: ReadonlySet<string> = new Set(['false', '0', 'no', 'off'])

export const asText: FromText = (text) => text

/** `20`, `-1.5`, `1e3`; not the empty text, not `0x10`. */
export const numberFromText: FromText = (text) => {
  const trimmed = text.trim()
  const value = decimal.test(trimmed) ? Number(trimmed) : Number.NaN
  return Number.isFinite(value) ? value : text
}

/** `true 1 yes on` and `false 0 no off`, in any case. */
export const booleanFromText: FromText = (text) => {
  const word = text.trim().toLowerCase()
  if (yes.has(word)) return true
  return no.has(word) ? false : text
}

/** The allowed value that is written like the text. */
export function oneOfFromText(values: readonly unknown[]): FromText {
  const byText = new Map(values.map((value) => [String(value), value]))
  // Values that a schema lists are strings, numbers, booleans and null.
  return (text) => (byText.has(text) ? (byText.get(text) as Json) : text)
}

/** An object written as JSON. */
export const objectFromText: FromText = (text) => (text.trimStart().startsWith('{') ? jsonFromText(text) : text)

/** Any value written as JSON; text that is no JSON is a text. */
const jsonFromText: FromText = (text) => {
  try {
    // JSON.parse gives JSON; the copy has no prototype that a key could reach.
    return cloneJson(JSON.parse(text) as Json)
  } catch {
    return text
  }
}

/** A list written as JSON, or, where its elements are single values, with commas between them. */
export function listFromText(elementAt: (index: number) => Shape): FromText {
  return (text) => {
    if (text.trimStart().startsWith('[')) {
      const list = jsonFromText(text)
      if (list !== text) return list
    }
    const parts = text.split(',').map((part) => part.trim())
    if (!parts.every((_, index) => isSingleValue(elementAt(index)))) return text
    return text.trim() === '' ? [] : parts.map((part, index) => elementAt(index).fromText(part))
  }
}

/** What the first option makes of the text that takes it as something else than text. */
export function firstFromText(options: () => readonly Shape[]): FromText {
  return (text) => {
    for (const option of options()) {
      const value = option.fromText(text)
      if (value !== text) return value
    }
    return text
  }
}

/** `null` is null, where a text is not what is expected. */
export function orNullFromText(fromText: FromText, takesText: boolean): FromText {
  return takesText ? fromText : (text) => (text.trim() === 'null' ? null : fromText(text))
}

function isSingleValue(shape: Shape): boolean {
  if (shape.kind === 'union') return shape.options.every(isSingleValue)
  return shape.kind === 'leaf'
}
