import type { Json } from '../../primitives/json.ts'
import { ok, type Result } from '../../primitives/result.ts'
import type { ObjectShape } from '../../schema/shape.ts'
import { type JsonFlaw, toJson } from '../json-tree.ts'
import { shapeAt } from '../text/shape-at.ts'
import type { FoundText } from './find-references.ts'
import type { Reference } from './parse-references.ts'

/**
 * What a text becomes once the values of its references are known. A reference that is the whole text is converted to
 * the type of its field; with other text around it, or an escape alone, the result is text.
 */
export function resolvedValue(
  { path, parts }: FoundText,
  shape: ObjectShape,
  valueOf: (reference: Reference) => string,
): Result<Json, readonly JsonFlaw[]> {
  const [only] = parts
  if (parts.length === 1 && only?.kind === 'reference') {
    const text = valueOf(only.reference)
    // JSON text may hold anything: keys and nesting are limited as they are in a file.
    return toJson(shapeAt(shape, path)?.fromText(text) ?? text, path)
  }
  const texts = parts.map((part) => {
    switch (part.kind) {
      case 'text':
        return part.text
      case 'reference':
        return valueOf(part.reference)
      case 'unclosed':
        return ''
      default:
        return part satisfies never
    }
  })
  return ok(texts.join(''))
}
