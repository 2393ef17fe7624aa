import { isJsonArray, isJsonObject, type Json } from '../../primitives/json.ts'

const halfCharacter = /\p{Surrogate}/u
/** All but tabulator and the ends of lines. */
const controlCharacter = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/u

export interface TextRule {
  readonly characters: number
  /** Whether it may have several lines. */
  readonly lines: boolean
}

/** Why a text that a person writes can't be stored; undefined where it can. */
export function whyNotText(text: unknown, { characters, lines }: TextRule): string | undefined {
  if (typeof text !== 'string') return `expected a text, received ${typeof text}`
  if (text.trim() === '') return 'it is blank'
  if (text.length > characters) return `it has ${text.length} characters, and may have ${characters}`
  if (halfCharacter.test(text)) return 'it contains half a character (a lone surrogate)'
  if (controlCharacter.test(text) || (!lines && /[\r\n\t]/.test(text))) return 'it contains a control character'
  return undefined
}

/** Whether a text in it has a NUL character, which no database can store. */
export function holdsNul(value: Json): boolean {
  if (typeof value === 'string') return value.includes('\0')
  if (isJsonArray(value)) return value.some(holdsNul)
  return isJsonObject(value) && Object.values(value).some(holdsNul)
}
