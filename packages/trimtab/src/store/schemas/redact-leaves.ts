import { referencesIn } from '../../model/secrecy/redaction.ts'
import { redacted } from '../../model/secrecy/secret.ts'
import { isJsonArray, isJsonObject, type Json } from '../../primitives/json.ts'
import { hasReference } from '../../sources/references/parse-references.ts'
import type { RedactAnswer, RedactQuestion } from './question.ts'
import { schemaPlace, type SchemaPlace } from './schema-marks.ts'

/** Values as people may see them: of what any schema calls a secret, the references alone. */
export function redactLeaves({ schemas, schemes, hidesUnknown, leaves }: RedactQuestion): RedactAnswer {
  const known = new Set(schemes)
  const isReference = (text: string) => hasReference(text, known)
  const roots = schemas.map(schemaPlace)

  const show = (value: Json, places: readonly SchemaPlace[]): Json => {
    const below = (segment: string | number) => places.map((place) => place.below(segment))
    if (isJsonArray(value)) return value.map((child, index) => show(child, below(index)))
    if (isJsonObject(value)) {
      return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, show(child, below(key))]))
    }
    const isSecret = places.some(({ secret }) => secret) || (hidesUnknown && !places.some(({ isKnown }) => isKnown))
    if (value === null || !isSecret) return value
    return (typeof value === 'string' ? referencesIn(value, isReference) : undefined) ?? redacted
  }
  const shown = leaves.map(({ segments, value }) => {
    let places: readonly SchemaPlace[] = roots
    for (const segment of segments) places = places.map((place) => place.below(segment))
    return show(value, places)
  })
  return { kind: 'redact', shown }
}
