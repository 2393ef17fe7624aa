import { TrimtabError } from '../../../errors/trimtab-error.ts'

/** What may stand before the first word of a statement: each begins otherwise, so that the search goes through once. */
const before = String.raw`^(?:\s|;|--[^\n]*(?:\n|$)|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/)*`

const refused = new RegExp(
  `${before}(?:begin|start|commit|end|abort|discard|reset|prepare\\s+transaction|rollback(?!\\s+(?:work\\s+|transaction\\s+)?to\\b)` +
    `|set\\s+(?:session\\s+|local\\s+)?(?:role|session|"?trimtab"?(?=\\.)))(?![\\w$])`,
  'i',
)
const otherTenant = /\bset_config\s*\(\s*'trimtab\./i

/**
 * Throws `option_invalid` for a statement that would leave the tenant's transaction, its role or its setting. It reads the
 * beginning alone: it finds mistakes, and is no wall against text of somebody else's inside a statement.
 */
export function refuseStatement(text: string): void {
  if (typeof text !== 'string') throw invalid('is no text')
  if (refused.test(text) || otherTenant.test(text)) throw invalid('would leave the transaction, the role or the tenant')
}

function invalid(why: string): TrimtabError {
  return new TrimtabError(
    'option_invalid',
    `A statement for guard.sql() ${why}. Transactions are made by transaction(), the tenant is that of the context.`,
  )
}
