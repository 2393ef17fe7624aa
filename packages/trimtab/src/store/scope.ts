import { TrimtabError } from '../errors/trimtab-error.ts'
import { isName, nameRule } from '../model/name.ts'
import type { Brand } from '../primitives/brand.ts'

/** The name of an environment: `checkout/production`. */
export type EnvironmentName = Brand<string, 'EnvironmentName'>

/** What an edit, a reading or a line of history is about: an environment, or one tenant in it. */
export interface Scope {
  readonly environment: EnvironmentName
  /** Undefined for the environment itself. */
  readonly tenant: string | undefined
}

/** Reads `app/environment` or `app/environment/tenant`; undefined for what is neither. */
export function readScope(text: unknown): Scope | undefined {
  if (typeof text !== 'string') return undefined
  const [app, environment, tenant, ...rest] = text.split('/')
  if (!isName(app) || !isName(environment) || rest.length > 0) return undefined
  if (tenant !== undefined && !isName(tenant)) return undefined
  // Two names with a slash between them: this parser is the only maker.
  return { environment: `${app}/${environment}` as EnvironmentName, tenant }
}

export function printScope({ environment, tenant }: Scope): string {
  return tenant === undefined ? environment : `${environment}/${tenant}`
}

/** As `readScope`. Throws `option_invalid` for what is neither. */
export function parseScope(text: unknown): Scope {
  const scope = readScope(text)
  if (scope !== undefined) return scope
  throw new TrimtabError('option_invalid', `A scope is app/environment or app/environment/tenant. ${found(text)}`)
}

/** Reads the name of an environment. Throws `option_invalid` for what is none. */
export function parseEnvironment(text: unknown): EnvironmentName {
  const scope = readScope(text)
  if (scope !== undefined && scope.tenant === undefined) return scope.environment
  throw new TrimtabError('option_invalid', `An environment is named app/environment. ${found(text)}`)
}

/** The app of an environment. */
export function appOf(environment: EnvironmentName): string {
  return environment.slice(0, environment.indexOf('/'))
}

function found(text: unknown): string {
  const what = typeof text === 'string' ? `a text of ${text.length} characters that is not one` : typeof text
  return `Each name has to be ${nameRule}. Found ${what}.`
}
