import type { Secret } from './secrecy/secret.ts'

type Primitive = string | number | boolean | bigint | symbol | null | undefined
type Opaque = Primitive | Secret<unknown> | ((...args: never) => unknown)

/** A configuration as readers hold it: every object and list of it read-only, secrets and functions as they are. */
export type DeepReadonly<T> = T extends Opaque
  ? T
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T
