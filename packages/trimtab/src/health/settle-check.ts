import { TrimtabError } from '../errors/trimtab-error.ts'
import { isPlainObject, typeName } from '../primitives/json.ts'
import { checkDefaults, type CheckRole, type CheckTimings, type HealthCheck, healthKinds } from './check.ts'

type Filled<T> = { readonly [Key in keyof T]-?: Exclude<T[Key], undefined> }

/** A check with every setting in place. */
export interface SettledCheck extends Filled<CheckTimings>, Filled<CheckRole> {
  readonly check: HealthCheck
  readonly name: string
}

const roles = ['optional', 'shared', 'failReadiness'] as const
const longest = 2 ** 31 - 1

/** What holds where something is left away. Throws `option_invalid` for what can't be. */
export function settleCheck(check: HealthCheck): SettledCheck {
  checkName(check)
  const { name, kind = 'readiness', optional = false, shared = false, failReadiness = false } = check
  const refuse = (why: string) => new TrimtabError('option_invalid', `The health check ${JSON.stringify(name)} ${why}.`)
  if (typeof check.run !== 'function') throw refuse(`needs a function \`run\`, and has ${typeName(check.run)}`)
  if (!healthKinds.includes(kind)) throw refuse(`needs a kind that is one of ${healthKinds.join(', ')}`)
  const wrong = roles.find((role) => check[role] !== undefined && typeof check[role] !== 'boolean')
  if (wrong !== undefined) throw refuse(`needs true or false as ${wrong}, and has ${typeName(check[wrong])}`)
  if (shared && kind === 'liveness')
    throw refuse('is `shared` and of kind liveness: what all instances use must not restart them all')
  if (failReadiness && !shared) throw refuse('has `failReadiness`, which is for checks with `shared: true`')

  const interval = check.interval ?? checkDefaults.interval
  const timeout = check.timeout ?? Math.min(checkDefaults.timeout, interval)
  for (const [option, value] of Object.entries({ interval, timeout }))
    if (!(typeof value === 'number' && value >= 1 && value <= longest))
      throw refuse(`needs 1 to ${longest} milliseconds as ${option}`)
  if (timeout > interval)
    throw refuse(`has a timeout of ${timeout} ms, which is longer than its interval of ${interval} ms`)
  const { fall = checkDefaults.fall, rise = checkDefaults.rise } = check
  for (const [option, value] of Object.entries({ fall, rise }))
    if (!(Number.isInteger(value) && value >= 1)) throw refuse(`needs a whole number above 0 as ${option}`)
  checkRemedy(check.remedy, refuse)
  return { check, name, kind, optional, shared, failReadiness, interval, timeout, fall, rise }
}

/** What cannot be applied is known now, and not in the middle of an outage. What it sets is for the schema to judge. */
function checkRemedy(remedy: unknown, refuse: (why: string) => TrimtabError): void {
  if (remedy === undefined) return
  if (!isPlainObject(remedy)) throw refuse(`needs an object as remedy, and has ${typeName(remedy)}`)
  const { after, edits, reason, for: time } = remedy
  if (!(Number.isInteger(after) && Number(after) >= 1)) throw refuse('needs a whole number above 0 as remedy.after')
  if (!isPlainObject(edits)) throw refuse(`needs an object as remedy.edits, and has ${typeName(edits)}`)
  if (typeof reason !== 'string' || reason === '') throw refuse('needs a text as remedy.reason, for whoever finds it')
  if (typeof time !== 'string' && typeof time !== 'number')
    throw refuse(`needs milliseconds, or text with a unit, as remedy.for, and has ${typeName(time)}`)
}

/** Throws `option_invalid` for what is no check at all. */
export function checkIsObject(check: unknown): void {
  if (typeof check === 'object' && check !== null) return
  throw new TrimtabError(
    'option_invalid',
    `A health check is an object with a name and a function \`run\`. Found ${typeName(check)}.`,
  )
}

function checkName({ name }: HealthCheck): void {
  const refuse = (why: string) => new TrimtabError('option_invalid', `A health check ${why}.`)
  if (typeof name !== 'string') throw refuse(`needs a name, and has ${typeName(name)}`)
  // What is looked for are control characters.
  if (name === '' || name.length > 320 || /[\u0000-\u001f\u007f]/.test(name))
    throw refuse(`is called ${JSON.stringify(name.slice(0, 40))}: it needs 1 to 128 characters, none of control`)
}

/** Refuses names that the plane keeps for itself. */
export function checkForeignName({ name }: HealthCheck): void {
  if (typeof name === 'string' && name.length > 128)
    throw new TrimtabError('option_invalid', `A health check has a name of ${name.length} characters: at most 128.`)
  if (name === 'trimtab' || (typeof name === 'string' && name.startsWith('trimtab/')))
    throw new TrimtabError('option_invalid', `A health check is called ${name}: these names are the plane's own.`)
}

/** Whether a service without it is no service: its failure can take readiness, or ask for a restart. */
export function isRequired({ optional, kind }: Pick<SettledCheck, 'optional' | 'kind'>): boolean {
  return !optional && kind !== 'startup'
}
