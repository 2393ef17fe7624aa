import { ParameterType, ParameterTypeRegistry } from '@cucumber/cucumber-expressions'
import type { Json } from 'trimtab'

/** What a step is given for each `{name}` in its expression. */
export interface ParameterValues {
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
}

type ParameterName = keyof ParameterValues

/** The arguments of a step, read off its expression. */
export type ArgumentsOf<Expression extends string> = Expression extends `${string}{${infer Name}}${infer Rest}`
  ? [Name extends ParameterName ? ParameterValues[Name] : never, ...ArgumentsOf<Rest>]
  : []

const units: Readonly<Record<string, number>> = { ms: 1, second: 1_000, minute: 60_000, hour: 3_600_000 }

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
