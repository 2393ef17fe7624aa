import { z } from 'zod'
import { defOf, type Node, type NodeDef } from './node.ts'

type CheckDef = z.core.$ZodChecks['_zod']['def']

const formatPhrases: Readonly<Record<string, string>> = {
  base64: 'a string in base64',
  base64url: 'a string in base64url',
  cidrv4: 'an IPv4 address range like "10.0.0.0/8"',
  cidrv6: 'an IPv6 address range like "fd00::/8"',
  date: 'a date like "2026-01-31"',
  datetime: 'a date and time like "2026-01-31T12:00:00Z"',
  duration: 'an ISO 8601 duration like "PT5M"',
  e164: 'a phone number like "+4930123456"',
  email: 'an e-mail address',
  guid: 'a UUID',
  hostname: 'a host name',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  jwt: 'a JSON Web Token',
  mac: 'a MAC address',
  time: 'a time like "12:30:00"',
  url: 'a URL',
  uuid: 'a UUID',
}

const shownValues = 20

/**
 * What a leaf, or the outside of a container, takes: `a whole number from 1 to 500`. Of a secret it says only the type
 * and the lengths, because patterns, literals and bounds can be the secret itself.
 */
export function expectedOf(node: Node, secret: boolean): string {
  const def = defOf(node)
  switch (def.type) {
    case 'string':
      return stringPhrase(node, def, secret)
    case 'number':
      return numberPhrase(node, def, secret)
    case 'boolean':
      return 'true or false'
    case 'null':
      return 'null'
    case 'enum':
      return valuesPhrase(z.core.util.getEnumValues(def.entries), secret)
    case 'literal':
      return valuesPhrase(def.values, secret)
    case 'template_literal':
      return secret ? 'a string' : `a string that matches ${String(node._zod.pattern)}`
    case 'array':
      return `a list${sizePhrase(checksOf(node, def), 'item')}`
    case 'tuple':
      return def.rest === null ? `a list of ${count(def.items.length, 'item')}` : 'a list'
    case 'object':
    case 'record':
    case 'intersection':
      return 'an object'
    case 'never':
      return 'nothing'
    default:
      return 'any value'
  }
}

/** The alternatives, each once: `a string or null`. */
export function anyOf(phrases: readonly string[]): string {
  return [...new Set(phrases)].join(' or ')
}

function stringPhrase(node: Node, def: NodeDef, secret: boolean): string {
  const checks = checksOf(node, def)
  let base = 'a string'
  const conditions: string[] = []
  for (const check of checks) {
    if (check.check !== 'string_format') continue
    const named = formatPhrases[check.format]
    if (named !== undefined) base = named
    else if (!secret) conditions.push(formatCondition(check))
  }
  const size = sizePhrase(checks, 'character')
  return `${base}${size}${conditions.length === 0 ? '' : ` ${conditions.join(' and ')}`}`
}

function formatCondition(check: Extract<CheckDef, { check: 'string_format' }>): string {
  if ('prefix' in check) return `that starts with ${JSON.stringify(check.prefix)}`
  if ('suffix' in check) return `that ends with ${JSON.stringify(check.suffix)}`
  if ('includes' in check) return `that contains ${JSON.stringify(check.includes)}`
  if (check.format === 'lowercase') return 'in lower case'
  if (check.format === 'uppercase') return 'in upper case'
  if (check.format === 'regex' && check.pattern !== undefined) return `that matches ${String(check.pattern)}`
  return `in the format ${check.format}`
}

function numberPhrase(node: Node, def: NodeDef, secret: boolean): string {
  const checks = checksOf(node, def)
  const whole = checks.some((check) => check.check === 'number_format' && check.format.includes('int'))
  const base = whole ? 'a whole number' : 'a number'
  if (secret) return base

  const multiples = checks.flatMap((check) => (check.check === 'multiple_of' ? [`a multiple of ${check.value}`] : []))
  const parts = [rangePhrase(checks), ...multiples].filter((part) => part !== '')
  return parts.length === 0 ? base : `${base} ${parts.join(', ')}`
}

function rangePhrase(checks: readonly CheckDef[]): string {
  let low: Bound | undefined
  let high: Bound | undefined
  for (const check of checks) {
    if (check.check === 'greater_than' && (low === undefined || check.value > low.value)) low = check
    if (check.check === 'less_than' && (high === undefined || check.value < high.value)) high = check
  }
  if (low?.inclusive && high?.inclusive) return `from ${String(low.value)} to ${String(high.value)}`
  return [
    low && `${low.inclusive ? 'of at least' : 'above'} ${String(low.value)}`,
    high && `${high.inclusive ? 'of at most' : 'below'} ${String(high.value)}`,
  ]
    .filter((part) => part !== undefined)
    .join(' and ')
}

interface Bound {
  readonly value: z.core.util.Numeric
  readonly inclusive: boolean
}

function sizePhrase(checks: readonly CheckDef[], unit: string): string {
  let low = 0
  let high = Number.POSITIVE_INFINITY
  for (const check of checks) {
    if (check.check === 'min_length') low = Math.max(low, check.minimum)
    if (check.check === 'max_length') high = Math.min(high, check.maximum)
    if (check.check === 'length_equals') low = high = check.length
  }
  if (low === high) return ` of ${count(low, unit)}`
  if (low > 0 && high < Number.POSITIVE_INFINITY) return ` of ${low} to ${count(high, unit)}`
  if (low > 0) return ` of at least ${count(low, unit)}`
  return high < Number.POSITIVE_INFINITY ? ` of at most ${count(high, unit)}` : ''
}

function count(amount: number, unit: string): string {
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`
}

/** The values that are allowed, or of a secret only how many there are. */
export function valuesPhrase(values: readonly unknown[], secret: boolean): string {
  if (secret) return values.length === 1 ? 'one allowed value' : `one of ${values.length} allowed values`
  const shown = values.slice(0, shownValues).map((value) => JSON.stringify(value))
  const more = values.length - shown.length
  if (values.length === 1) return shown.join('')
  return `one of ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** The definitions of a node's checks; a node like `z.email()` is its own first check. */
function checksOf(node: Node, def: NodeDef): readonly CheckDef[] {
  const attached = (def.checks ?? []).map((check) => check._zod.def)
  const own = node._zod.traits.has('$ZodCheck') ? [node._zod.def] : []
  // A check without a known `check` is met by no comparison above.
  return [...own, ...attached] as unknown as readonly CheckDef[]
}
