import { TrimtabError } from '../../errors/trimtab-error.ts'
import type { HealthCheck } from '../../health/check.ts'
import { healthDefaults } from '../../health/create-health.ts'
import { checkForeignName, settleCheck } from '../../health/settle-check.ts'
import { typeName } from '../../primitives/json.ts'
import type { Judge } from '../../reload/proof/judge.ts'

/** How the health of a plane is answered, and what it may do by itself. */
export interface HealthOptions {
  /** Milliseconds that what a check found is current for who asks: 250. */
  readonly cacheFor?: number | undefined
  /** Whether a module that could not be undone makes the service unready: it degrades its health alone, unless this is true. */
  readonly stuckUnready?: boolean | undefined
  /** Allows checks to apply overrides: `atMost` so many at once. Left away, a check with a remedy is refused. */
  readonly remedies?: { readonly atMost: number } | undefined
}

/** How a commit proves itself. Times are milliseconds. */
export interface BakeOptions {
  /** Decides instead of the required health checks. */
  readonly judge?: Judge | undefined
  /** How long it takes at least: 5 s. */
  readonly min?: number | undefined
  /** What is not proved by then is undone: 30 s. */
  readonly max?: number | undefined
  /** From one run of a check to the next meanwhile: 500 ms. */
  readonly interval?: number | undefined
}

export const bakeDefaults = { min: 5_000, max: 30_000, interval: 500 } as const satisfies BakeOptions

export const healthOptionNames = [
  'cacheFor',
  'stuckUnready',
  'remedies',
] as const satisfies readonly (keyof HealthOptions)[]
export const bakeOptionNames = ['judge', 'min', 'max', 'interval'] as const satisfies readonly (keyof BakeOptions)[]

export const planeHealthDefaults = { ...healthDefaults, stuckUnready: false } as const

/** Throws `option_invalid` for anything that cannot be what was meant. */
export function checkBakeOptions({ judge, ...times }: BakeOptions): void {
  if (judge !== undefined && typeof judge.judge !== 'function')
    throw invalid('bake.judge', 'has to be an object with a function `judge`')
  const { min, max, interval } = { ...bakeDefaults, ...withoutGaps(times) }
  for (const [name, value] of Object.entries({ min, max, interval }))
    if (!(typeof value === 'number' && value >= (name === 'min' ? 0 : 1) && value < 2 ** 31))
      throw invalid(`bake.${name}`, `has to be ${name === 'min' ? 0 : 1} to ${2 ** 31 - 1} milliseconds`)
  if (min > max) throw invalid('bake.min', `has to be no more than max, and is ${min} of ${max} ms`)
  if (interval * 5 > max)
    throw invalid(
      'bake.interval',
      `has to leave room for five runs of a check until max, and is ${interval} of ${max} ms`,
    )
}

/** As above. */
export function checkHealthOptions({ cacheFor, stuckUnready, remedies }: HealthOptions): void {
  if (cacheFor !== undefined && !(typeof cacheFor === 'number' && cacheFor >= 0 && cacheFor < 2 ** 31))
    throw invalid('health.cacheFor', `has to be 0 to ${2 ** 31 - 1} milliseconds`)
  if (stuckUnready !== undefined && typeof stuckUnready !== 'boolean')
    throw invalid('health.stuckUnready', `has to be true or false, and is ${typeName(stuckUnready)}`)
  if (remedies === undefined) return
  if (!(Number.isInteger(remedies?.atMost) && remedies.atMost > 0))
    throw invalid('health.remedies.atMost', 'has to be a whole number above 0')
}

/** As above, before anything has been started. */
export function checkHealthChecks(checks: readonly HealthCheck[]): void {
  if (!Array.isArray(checks) || checks.some((check) => typeof check !== 'object' || check === null))
    throw invalid('checks', "has to be a list of health checks, as { name: 'queue', run: () => healthy() } is one")
  for (const check of checks) {
    checkForeignName(check)
    settleCheck(check)
  }
}

/** Without what is explicitly undefined, which is as good as left away. */
export function withoutGaps<T extends object>(options: T): { readonly [Key in keyof T]: Exclude<T[Key], undefined> } {
  // What is left has no undefined values.
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    readonly [Key in keyof T]: Exclude<T[Key], undefined>
  }
}

function invalid(name: string, why: string): TrimtabError {
  return new TrimtabError('option_invalid', `The option ${name} ${why}.`)
}
