import { z } from 'zod'
import { isSecret, Secret } from '../model/secrecy/secret.ts'
import { frozenCopy } from './frozen-copy.ts'
import type { Marks } from './shape.ts'
import { withDef } from './zod/node.ts'

/** The secret of a type: an optional value that is absent stays absent, it is no secret without content. */
type SecretOf<T> = undefined extends T ? Secret<Exclude<T, undefined>> | undefined : Secret<T>

/**
 * What `secret()` makes of a schema: it takes what the schema takes and gives a `Secret` of what it gave. What may be left
 * out of an object may still be left out.
 */
export type SecretSchema<S extends z.ZodType> = [z.output<S>] extends [Secret<unknown> | undefined]
  ? S
  : z.ZodPipe<S, z.ZodTransform<SecretOf<z.output<S>>, z.output<S>> & { _zod: { optout: S['_zod']['optout'] } }>

// A registered symbol: two copies of the package in one process read each other's marks. It stands in the definition of
// a clone, which is what zod carries on through `.describe()`, `.min()`, `.extend()` and the like.
const markKey = Symbol.for('trimtab.marks')

/**
 * Lets a field, or everything under an object, change while the service runs. Without it a change waits for a restart.
 *
 * @example
 * z.object({ pool: dynamic(z.object({ max: z.number() })) })
 */
export function dynamic<S extends z.ZodType>(schema: S): S {
  return mark(schema, { dynamic: true })
}

/**
 * Lets tenants have values of their own, in a field or in everything under an object. Implies `dynamic`.
 *
 * @example
 * z.object({ limits: perTenant(z.object({ requestsPerSecond: z.number().default(100) })) })
 */
export function perTenant<S extends z.ZodType>(schema: S): S {
  return mark(schema, { dynamic: true, perTenant: true })
}

/**
 * Keeps a value out of everything that is printed, sent or stored; readers get it as a `Secret`. A default belongs
 * inside: `secret(z.string().default('…'))`.
 *
 * @example
 * const config = defineConfig(z.object({ url: secret(z.url()) }))
 * const { url } = await loadConfig({ config, sources })
 * url.reveal()
 */
export function secret<S extends z.ZodType>(schema: S): SecretSchema<S> {
  const isSecretSchema = ownMarks(schema).secret === true
  const wrapped = isSecretSchema ? schema : z.pipe<z.ZodType, z.ZodType>(schema, z.transform(toSecret))
  // A schema that is a secret already is left as it is, which is what the type says too.
  return mark(wrapped, { secret: true }) as unknown as SecretSchema<S>
}

/** The marks on this very node, without those of its ancestors and of what it wraps. */
export function ownMarks(schema: z.core.$ZodType): Partial<Marks> {
  const marks: unknown = Reflect.get(schema._zod.def, markKey)
  // Only `mark` below writes under this key.
  return typeof marks === 'object' && marks !== null ? marks : {}
}

function mark<S extends z.core.$ZodType>(schema: S, marks: Partial<Marks>): S {
  // The clone has the original as its parent, so that it keeps its description.
  return withDef(schema, { [markKey]: Object.freeze({ ...ownMarks(schema), ...marks }) }, { parent: true })
}

function toSecret(value: unknown): unknown {
  return value === undefined || isSecret(value) ? value : new Secret(frozenCopy(value))
}
