import type { CheckRole, CheckTimings, Findings, Remedy } from '../health/check.ts'
import { settleCheck } from '../health/settle-check.ts'
import { TrimtabError } from '../errors/trimtab-error.ts'
import { typeName } from '../primitives/json.ts'

/** Looks at a module's resource once: as `run` of a health check. */
export type HealthRun<Context> = (context: Context) => Findings | PromiseLike<Findings>

/** A health check of a module, with what it is to the service. */
export interface ModuleHealth<Context> extends CheckTimings, CheckRole {
  /** The check is called `module/name`; without one it is called as the module is. */
  readonly name?: string | undefined
  readonly remedy?: Remedy | undefined
  readonly run: HealthRun<Context>
}

/** What `health` of a module can be: how to look, or that with its settings, or several of those with names. */
export type HealthHook<Context> = HealthRun<Context> | ModuleHealth<Context> | readonly ModuleHealth<Context>[]

/** Every health check a module declares. */
export function healthChecksOf<Context>(hook: HealthHook<Context> | undefined): readonly ModuleHealth<Context>[] {
  if (hook === undefined) return []
  if (typeof hook === 'function') return [{ run: hook }]
  // An array is the one of these that is a list; `isArray` does not tell so of a readonly one.
  return Array.isArray(hook) ? (hook as readonly ModuleHealth<Context>[]) : [hook as ModuleHealth<Context>]
}

const ownName = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/

/** Throws `option_invalid` for what can't be, before anything runs. */
export function checkHealthHook(module: string, hook: unknown): void {
  const refuse = (why: string) =>
    new TrimtabError('option_invalid', `The module ${JSON.stringify(module)} has a \`health\` that ${why}.`)
  if (hook === undefined) return
  if (typeof hook !== 'function' && (typeof hook !== 'object' || hook === null))
    throw refuse(`is no function, object or list but ${typeName(hook)}`)
  // What is asked of its members is asked below.
  const checks = healthChecksOf(hook as HealthHook<unknown>)
  const names = new Set<string | undefined>()
  for (const check of checks) {
    if (typeof check !== 'object' || check === null) throw refuse(`lists ${typeName(check)} where a check was expected`)
    const { name } = check
    if (name === undefined && checks.length > 1) throw refuse('lists a check without a name: several need one each')
    if (name !== undefined && !(typeof name === 'string' && ownName.test(name)))
      throw refuse('names a check with something else than 1 to 64 letters, digits, _, - and .')
    if (names.has(name)) throw refuse(`has two checks called ${name}`)
    names.add(name)
    settleCheck({ ...check, name: checkName(module, name) })
  }
}

/** What a module's check is called: `pool`, `pool/queries`, `upstreams["blue"]/latency`. */
export function checkName(unit: string, name: string | undefined): string {
  return name === undefined ? unit : `${unit}/${name}`
}
