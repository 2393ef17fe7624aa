import { TrimtabError } from '../errors/trimtab-error.ts'
import type { Brand } from '../primitives/brand.ts'

/** The PostgreSQL schema that holds a store: also its channel, and the beginning of the names of its roles. */
export type SchemaName = Brand<string, 'SchemaName'>

/** Where a store is, unless it is said. */
const usualSchema = 'trimtab'

/** PostgreSQL cuts names after 63 bytes; those of the roles are longer than the schema's. */
const longest = 48

/** What a name has to be, in words. */
export const schemaNameRule = `a name of 1 to ${longest} letters a to z, digits, _ and - that begins with a letter or _ and not with pg_`

/** Reads the option `schema`. Throws `option_invalid` for a name that can't be one. */
export function parseSchemaName(given: unknown = usualSchema): SchemaName {
  // What PostgreSQL keeps for itself begins with pg_.
  if (typeof given === 'string' && /^(?!pg_)[A-Za-z_][A-Za-z0-9_-]*$/.test(given) && given.length <= longest) {
    // A name that has been looked at: this parser is the only maker.
    return given as SchemaName
  }
  throw new TrimtabError('option_invalid', `schema has to be ${schemaNameRule}. Found ${typeof given}.`)
}

/** The one function that makes a name part of a statement. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
