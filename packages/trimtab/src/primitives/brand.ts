declare const brand: unique symbol

/** A type that only its own parser may produce: `Brand<string, 'Path'>` is a string no other string is assignable to. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name }
