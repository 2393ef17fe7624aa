import { TrimtabError } from '../../errors/trimtab-error.ts'
import { typeName } from '../../primitives/json.ts'
import { compileAllowList } from './allowed-resources.ts'
import { type GuardChange, type GuardMode, guardModes } from './guard.ts'

/** How a guard begins. It comes from code alone: nothing that is published or remote can loosen it. */
export interface GuardOptions {
  /** `strict` (default), `lenient` or `disabled`. */
  readonly mode?: GuardMode | undefined
  /**
   * Resources that any tenant's work may touch, whoever owns them: `reports/shared` is that one, `reports/*` all whose
   * name begins so and has no `..` in it. It waives `cross_tenant` and nothing else.
   */
  readonly allow?: readonly string[] | undefined
  /** Refuses in lenient mode as well what goes on in another tenant's context than it was begun in. */
  readonly refuseMismatch?: boolean | undefined
  /** How many violations are kept: 1,024. */
  readonly capacity?: number | undefined
}

/** What holds where an option is left away. */
export const guardDefaults = {
  mode: 'strict',
  allow: [],
  refuseMismatch: false,
  capacity: 1_024,
} as const satisfies GuardOptions

const mostKept = 1_000_000

/** Throws `option_invalid` for options that cannot be what was meant. */
export function checkGuardOptions({ mode, allow, refuseMismatch, capacity }: GuardOptions): void {
  if (mode !== undefined) checkMode('The option guard.mode', mode)
  if (allow !== undefined) compileAllowList(allow)
  if (refuseMismatch !== undefined && typeof refuseMismatch !== 'boolean')
    throw invalid(`The option guard.refuseMismatch has to be true or false. Found ${typeName(refuseMismatch)}`)
  if (capacity !== undefined && !(Number.isInteger(capacity) && capacity > 0 && capacity <= mostKept))
    throw invalid(`The option guard.capacity has to be a whole number from 1 to ${mostKept}`)
}

export function checkMode(where: string, mode: GuardMode): void {
  if (guardModes.includes(mode)) return
  throw invalid(`${where} has to be one of ${guardModes.join(', ')}`)
}

/** A change that nobody is named for could not be audited. */
export function checkChange(where: string, change: GuardChange): void {
  for (const [name, most] of [['actor', 256] as const, ['reason', 4_000] as const]) {
    const text: unknown = change?.[name]
    if (typeof text === 'string' && text.trim() !== '' && text.length <= most) continue
    throw invalid(`${where} needs ${name === 'actor' ? 'an' : 'a'} \`${name}\` of 1 to ${most} characters`)
  }
}

export function invalid(what: string): TrimtabError {
  return new TrimtabError('option_invalid', `${what}.`)
}
