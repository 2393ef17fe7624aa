import type { Json } from '../primitives/json.ts'

/** All of them, to tell whether something is one. */
export const tenantStates = ['active', 'suspended', 'removed'] as const
/** What a store knows of a tenant's state; `removed` takes its whole scope away. */
export type StoredTenantState = (typeof tenantStates)[number]

/**
 * One thing to publish. `scope` is an environment (`checkout/production`) or a tenant in it (`checkout/production/acme`);
 * all edits of one publish are of one environment, and none may be at or below the place of another one, so that their
 * order says nothing.
 *
 * A value replaces what stood at its path and below it. An object is stored leaf by leaf, so that a later edit of a part
 * of it is one entry; lists, empty objects and everything else are one value. The path `''` is the scope as a whole: an
 * object there replaces all of it.
 */
export type Edit =
  | { readonly scope: string; readonly path: string; readonly value: Json }
  /** Takes away what stands at the path and below it: the layers under the store show again. */
  | { readonly scope: string; readonly path: string; readonly remove: true }
  /** Moves a tenant to a state that every plane follows. The scope is that of the tenant. */
  | { readonly scope: string; readonly state: StoredTenantState }
