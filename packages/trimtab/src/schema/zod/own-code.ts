import { z } from 'zod'
import { schemaInvalid } from './refused.ts'
import type { NodeDef } from './node.ts'

type Check = z.core.$ZodCheck
type Payload = z.core.ParsePayload

/** The `params` of the issue that stands for code of the schema's author that threw. */
export interface ThrewParams {
  readonly trimtab: 'threw'
  /** The class of what was thrown: its message could hold the value. */
  readonly what: string
}

export function isThrewParams(params: unknown): params is ThrewParams {
  return typeof params === 'object' && params !== null && 'trimtab' in params && params.trimtab === 'threw'
}

/**
 * The checks of a node, with those that run code of the schema's author fenced: what it throws becomes an issue at its
 * place, and a promise is refused, because a snapshot is made in one step.
 */
export function fenceChecks(checks: readonly Check[] | undefined, place: string): Check[] | undefined {
  return checks?.map((check) => {
    const { def } = check._zod
    if (def.check !== 'custom' && def.check !== 'overwrite' && !('fn' in def)) return check
    if ('fn' in def) refuseAsync(def.fn, place)
    if ('tx' in def) refuseAsync(def.tx, place)
    const run = check._zod.check
    // zod hands every check the payload of the schema it stands on.
    const fenced = (payload: Payload) => fence(payload, place, () => run(payload as never))
    // A check is read by its internals alone; these inherit all of them but the function.
    return { _zod: Object.create(check._zod, { check: { value: fenced } }) }
  })
}

/** A transform of the schema's author, fenced in the same way. */
export function fenceTransform(transform: unknown, place: string): unknown {
  if (typeof transform !== 'function') return transform
  refuseAsync(transform, place)
  // zod calls every transform with the payload whose issues it collects.
  return (value: unknown, payload: Payload) =>
    fence(payload, place, () => Reflect.apply(transform, undefined, [value, payload]), z.NEVER)
}

function fence(payload: Payload, place: string, run: () => unknown, failed?: unknown): unknown {
  let result: unknown
  try {
    result = run()
  } catch (error) {
    const params: ThrewParams = { trimtab: 'threw', what: className(error) }
    payload.issues.push({ code: 'custom', input: payload.value, params, continue: false, path: [] })
    return failed
  }
  if (!isThenable(result)) return result
  // Nobody waits for it, and its failure must not end the process.
  result.then(undefined, () => {})
  throw asyncRefused(place)
}

function refuseAsync(code: unknown, place: string): void {
  if (Object.prototype.toString.call(code) === '[object AsyncFunction]') throw asyncRefused(place)
}

function asyncRefused(place: string): Error {
  return schemaInvalid(
    place,
    'has an async refinement or transform. Validation runs in one step: make it synchronous, or check it in a module.',
  )
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

function className(thrown: unknown): string {
  return thrown instanceof Error ? thrown.constructor.name : typeof thrown
}

/** True where a check changes the value, as `.trim()` does. */
export function overwrites(def: NodeDef): boolean {
  return def.checks?.some((check) => check._zod.def.check === 'overwrite') ?? false
}
