import { type Json, setOwn, typeName } from '../../primitives/json.ts'
import { isSecret, redacted } from './secret.ts'

/** What one piece of data may hold; the rest is left out, and said to be. */
export const dataLimits = { levels: 16, values: 10_000, characters: 8_192 } as const

const cut = '…'

/**
 * A frozen copy of what somebody gave, as JSON, bounded, every text of it through `clean`. What is no JSON is shown by
 * its type, a secret as `[secret]`; properties without a value are left away. Never throws, whatever it is given.
 */
export function cleanData(given: unknown, clean: (text: string) => string): Json {
  let left: number = dataLimits.values
  const cleanText = (text: string) => {
    // Cleaned before it is cut, or half a secret would be left at the edge.
    const cleaned = clean(text)
    return cleaned.length > dataLimits.characters ? cleaned.slice(0, dataLimits.characters) + cut : cleaned
  }
  const copy = (value: unknown, level: number): Json => {
    left -= 1
    if (left < 0) return cut
    if (isSecret(value)) return redacted
    if (value === null || typeof value === 'boolean') return value
    if (typeof value === 'string') return cleanText(value)
    if (typeof value === 'number' && Number.isFinite(value)) return cleanNumber(value, clean)
    if (typeof value !== 'object') return `[${typeName(value)}]`
    if (level === dataLimits.levels) return cut
    if (Array.isArray(value)) {
      const list: Json[] = []
      for (const child of value) {
        list.push(copy(child, level + 1))
        if (left < 0) break
      }
      return Object.freeze(list)
    }
    const record: Record<string, Json> = {}
    for (const key of Object.keys(value)) {
      const child: unknown = Reflect.get(value, key)
      if (child !== undefined) setOwn(record, cleanText(key), copy(child, level + 1))
      if (left < 0) break
    }
    return Object.freeze(record)
  }
  try {
    return copy(given, 0)
  } catch {
    // A getter or a proxy that throws.
    return `[${typeName(given)} that cannot be read]`
  }
}

/** A PIN is a number too. */
function cleanNumber(value: number, clean: (text: string) => string): Json {
  const text = String(value)
  const cleaned = clean(text)
  return cleaned === text ? value : cleaned
}
