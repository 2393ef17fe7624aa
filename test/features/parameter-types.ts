import { ParameterType, ParameterTypeRegistry } from '@cucumber/cucumber-expressions'
import type { AggregateStatus, GuardMode, Json, OutcomeStatus, ViolationKind } from 'trimtab'
import { type Conduct, conducts, type Role, roles } from './world/checks.ts'

/** What a step is given for each `{name}` in its expression. */
interface ParameterValues {
  readonly int: number
  /** In quotes. */
  readonly string: string
  readonly word: string
  /** `pool.max`. */
  readonly path: string
  /** A number, or a text in quotes. */
  readonly value: Json
  /** `log, pool and orders`. */
  readonly names: readonly string[]
  /** `5 seconds`, as milliseconds. */
  readonly time: number
  /** How a reload ended: `is refused`. */
  readonly verdict: OutcomeStatus
  /** `first`: counted from 1. */
  readonly ordinal: number
  readonly role: Role
  readonly conduct: Conduct
  readonly status: AggregateStatus
  readonly mode: GuardMode
  readonly violation: ViolationKind
}

type ParameterName = keyof ParameterValues

/** The arguments of a step, read off its expression. */
export type ArgumentsOf<Expression extends string> = Expression extends `${string}{${infer Name}}${infer Rest}`
  ? [Name extends ParameterName ? ParameterValues[Name] : never, ...ArgumentsOf<Rest>]
  : []

const units: Readonly<Record<string, number>> = { ms: 1, second: 1_000, minute: 60_000, hour: 3_600_000 }

/** The outcomes as people say them. */
const verdicts = {
  succeeds: 'full_success',
  'changes nothing': 'unchanged',
  'is refused': 'validation_failed',
  'is undone': 'rolled_back',
  'is held back': 'circuit_open',
  'gets stuck': 'stuck',
} as const satisfies Readonly<Record<string, OutcomeStatus>>

const ordinals = { first: 1, second: 2, third: 3 } as const

const violations = {
  'crossing tenants': 'cross_tenant',
  'being without a tenant': 'missing_context',
  'changing hands': 'mismatch',
  'being for no tenant': 'invalid_context',
} as const satisfies Readonly<Record<string, ViolationKind>>

const statuses = ['healthy', 'degraded', 'unhealthy'] as const
const modes = ['strict', 'lenient', 'disabled'] as const

export function parameterTypes(): ParameterTypeRegistry {
  const registry = new ParameterTypeRegistry()
  const define = <Name extends ParameterName>(
    name: Name,
    regexp: RegExp,
    transform: (...groups: string[]) => ParameterValues[Name],
  ) => registry.defineParameterType(new ParameterType(name, regexp, null, transform, false, false))
  define('path', /[a-z]+(?:\.[a-z]+)+/, (text) => text)
  define('value', /"[^"]*"|-?\d+/, valueOf)
  define('names', /[a-z]+(?:, [a-z]+)*(?: and [a-z]+)?/, (text) => text.split(/, | and /))
  define('time', /(\d+) (ms|second|minute|hour)s?/, (count, unit) => Number(count) * (units[unit ?? ''] ?? Number.NaN))
  const oneOf = <Name extends ParameterName>(name: Name, meanings: Readonly<Record<string, ParameterValues[Name]>>) =>
    define(name, new RegExp(Object.keys(meanings).join('|')), (text) => {
      const meaning = meanings[text]
      if (meaning === undefined) throw new Error(`${text} is no ${name}`)
      return meaning
    })
  oneOf('verdict', verdicts)
  oneOf('ordinal', ordinals)
  oneOf('violation', violations)
  oneOf('role', itself(roles))
  // The longest first: an expression takes the first that fits.
  oneOf('conduct', itself([...conducts].sort((a, b) => b.length - a.length)))
  oneOf('status', itself(statuses))
  oneOf('mode', itself(modes))
  return registry
}

/** What a cell of a table means: JSON where it is JSON, else the text. */
export function valueOf(text: string): Json {
  try {
    // What JSON.parse gives for a text is JSON.
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}

function itself<Text extends string>(texts: readonly Text[]): Readonly<Record<string, Text>> {
  return Object.fromEntries(texts.map((text) => [text, text]))
}
