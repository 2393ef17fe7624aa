import { TrimtabError } from '../../errors/trimtab-error.ts'
import { isJsonObject, type Json, type JsonObject, ownValue } from '../../primitives/json.ts'
import { toJsonTree } from '../../sources/json-tree.ts'
import { storeLimits } from '../limits.ts'
import { holdsNul } from '../publish/text-rules.ts'
import { resolveLocal, subschemas } from './subschemas.ts'

const versionText = /^[A-Za-z0-9][A-Za-z0-9_.+-]{0,127}$/

/** The version of a service, as it may be written. Throws `option_invalid`. */
export function parseVersion(text: unknown): string {
  if (typeof text === 'string' && versionText.test(text)) return text
  throw refuse('A version has to be 1 to 128 letters, digits, _, -, . and +, the first a letter or digit')
}

/**
 * A frozen copy of a schema that somebody wants to register: JSON within its limits, that refers to nothing but its own
 * parts. Throws `option_invalid`.
 */
export function readSchema(given: unknown): JsonObject {
  const read = toJsonTree(given)
  if (!read.ok) {
    const [flaw] = read.error
    throw refuse(`The schema can't be stored: ${flaw?.message}${flaw?.path === undefined ? '' : ` (at ${flaw.path})`}`)
  }
  if (holdsNul(read.value)) throw refuse('A text of the schema contains a NUL character, which databases cannot store')
  const bytes = Buffer.byteLength(JSON.stringify(read.value))
  if (bytes > storeLimits.schemaBytes) {
    throw refuse(`A schema may have ${storeLimits.schemaBytes / 1024} KiB as JSON; this has ${Math.ceil(bytes / 1024)}`)
  }
  checkInside(read.value, read.value)
  return read.value
}

function checkInside(root: JsonObject, schema: Json): void {
  if (!isJsonObject(schema)) return
  for (const keyword of ['$dynamicRef', '$recursiveRef']) {
    if (typeof ownValue(schema, keyword) === 'string') throw refuse(`A schema may not use ${keyword}: use $ref`)
  }
  const reference = ownValue(schema, '$ref')
  if (typeof reference === 'string' && resolveLocal(root, reference) === undefined) {
    throw refuse('A $ref has to name a part of the schema itself, like #/$defs/name, that is there')
  }
  const pattern = ownValue(schema, 'pattern')
  const patterns = ownValue(schema, 'patternProperties')
  if (typeof pattern === 'string') checkPattern(pattern)
  if (isJsonObject(patterns)) Object.keys(patterns).forEach(checkPattern)
  for (const child of subschemas(schema)) checkInside(root, child)
}

/** Makes it only: what it costs to use one is found out where there is a deadline. */
function checkPattern(pattern: string): void {
  try {
    void new RegExp(pattern, 'u')
  } catch {
    throw refuse('A pattern of the schema is no regular expression')
  }
}

function refuse(why: string): TrimtabError {
  return new TrimtabError('option_invalid', `${why}. Correct it and register the schema again.`)
}
