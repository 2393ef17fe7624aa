import { TrimtabError } from '../errors/trimtab-error.ts'
import { isName, nameRule } from '../model/name.ts'
import type { Brand } from '../primitives/brand.ts'

/** The id of a tenant: 1 to 128 letters a to z in either case, digits, `_`, `-`, `.`; the first is a letter or a digit. */
export type TenantId = Brand<string, 'TenantId'>

/**
 * Whether a text can be a tenant's id.
 *
 * @example
 * isTenantId('acme') // true
 * isTenantId('../acme') // false
 */
export function isTenantId(text: unknown): text is TenantId {
  return isName(text)
}

/**
 * The one parser of tenant ids. Throws `tenant_context_invalid` for what can't be one.
 *
 * @example
 * const id = parseTenantId('acme')
 */
export function parseTenantId(text: unknown): TenantId {
  if (isTenantId(text)) return text
  throw new TrimtabError(
    'tenant_context_invalid',
    `A tenant id has to be ${nameRule}. ` +
      `Found ${typeof text === 'string' ? `a text of ${text.length} characters` : typeof text} that is not.`,
  )
}
