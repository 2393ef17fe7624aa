import type { Secret } from './secret.ts'

type Opaque = string | number | boolean | bigint | symbol | null | undefined | Secret<unknown>

/** A configuration as readers hold it: every object and list of it read-only, secrets as they are. */
export type DeepReadonly<T> = T extends Opaque
  ? T
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T
