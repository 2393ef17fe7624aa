import type { Path } from './path.ts'

/**
 * One difference between two snapshots, with typed values. An array is one value; an object that appears or vanishes is
 * one change with the whole of it.
 */
export type Change =
  | { readonly kind: 'added'; readonly path: Path; readonly next: unknown }
  | { readonly kind: 'removed'; readonly path: Path; readonly previous: unknown }
  | { readonly kind: 'modified'; readonly path: Path; readonly previous: unknown; readonly next: unknown }
