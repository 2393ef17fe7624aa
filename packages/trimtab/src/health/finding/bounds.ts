import { isPlainObject, type Json, type JsonObject, setOwn, emptyRecord } from '../../primitives/json.ts'

/** What is kept of what a check says. */
export const findingLimits = {
  /** Bytes of a message, as UTF-8. */
  message: 4_096,
  /** Characters of a component's name. */
  component: 128,
  /** Components of one check. */
  findings: 256,
  /** Keys, elements and values in the details of one finding. */
  nodes: 256,
  depth: 6,
  /** Bytes of one text in the details. */
  text: 1_024,
} as const

/** Characters of a text in which secrets are looked for: one that is cut in half, as a key of 5 KiB would be, is not recognised. */
const searched = 65_536

/** At most so many bytes of a text, cut between characters, with what `clean` takes out taken out. */
export function boundText(text: string, bytes: number, clean: (text: string) => string): string {
  const near = text.length > searched ? text.slice(0, searched) : text
  const cleaned = clean(near)
  if (cleaned.length * 3 <= bytes) return cleaned
  if (near === text && Buffer.byteLength(cleaned) <= bytes) return cleaned
  const { read } = new TextEncoder().encodeInto(cleaned.slice(0, bytes), new Uint8Array(bytes - ellipsis.bytes))
  return read === cleaned.length ? cleaned : cleaned.slice(0, read) + ellipsis.text
}

const largest = 10n ** 100n
const ellipsis = { text: '…', bytes: 3 } as const

/** A frozen copy as large as is allowed; undefined for what is no object. Throws where looking at it does. */
export function boundDetails(details: unknown, clean: (text: string) => string): JsonObject | undefined {
  if (!isPlainObject(details)) return undefined
  let left: number = findingLimits.nodes
  const copy = (value: unknown, depth: number): Json => {
    switch (typeof value) {
      case 'string':
        return boundText(value, findingLimits.text, clean)
      case 'number':
        return Number.isFinite(value) ? value : String(value)
      case 'boolean':
        return value
      case 'bigint':
        // Writing out millions of digits takes longer than any deadline.
        return value > largest || value < -largest ? '(a large number)' : String(value)
      case 'object':
        if (value === null) return null
        if (depth >= findingLimits.depth) return '…'
        if (Array.isArray(value)) return copyArray(value, depth + 1)
        return isPlainObject(value) ? copyObject(value, depth + 1) : '(object)'
      default:
        return `(${typeof value})`
    }
  }
  const copyArray = (values: readonly unknown[], depth: number): Json => {
    const elements: Json[] = []
    for (let index = 0; index < values.length && left > 0; index += 1) {
      left -= 1
      elements.push(copy(values[index], depth))
    }
    if (elements.length < values.length) elements.push('…')
    return Object.freeze(elements)
  }
  const copyObject = (values: Readonly<Record<string, unknown>>, depth: number): JsonObject => {
    const fields = emptyRecord<Json>()
    for (const key in values) {
      if (!Object.hasOwn(values, key)) continue
      if (left <= 0) {
        fields['…'] = '…'
        break
      }
      left -= 1
      const value = values[key]
      if (value !== undefined) setOwn(fields, boundText(key, findingLimits.component, clean), copy(value, depth))
    }
    return Object.freeze(fields)
  }
  return copyObject(details, 0)
}
