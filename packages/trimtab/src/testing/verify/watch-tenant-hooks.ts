import type { Module, TenantChangeContext, Undo } from '../../modules/define-module.ts'
import type { Calls } from './calls/calls.ts'
import { following } from './calls/following.ts'
import type { VerifiedHook } from './rules.ts'

type TenantHook = 'checkTenant' | 'reloadTenant'

export interface TenantHookWatch {
  readonly calls: Calls
  readonly cutShort: (hook: VerifiedHook) => boolean
  /** What a hook is given in place of a section. */
  readonly given: (hook: VerifiedHook, section: unknown) => unknown
  readonly watchUndo: (undo: Undo) => Undo
}

/** The hooks that are told of tenants' changes, watched: those of them that a module has. */
export function watchTenantHooks(
  { definition }: Module,
  { calls, cutShort, given, watchUndo }: TenantHookWatch,
): Pick<Module['definition'], TenantHook> {
  const { checkTenant, reloadTenant } = definition
  type Context = TenantChangeContext<unknown, unknown>
  const watch = (hook: TenantHook, run: (context: Context) => unknown) => (context: Context) =>
    calls.run({
      hook,
      signal: context.signal,
      cutShort: cutShort(hook),
      run: (signal) => {
        const { next, previous } = context
        const sections = { next: given(hook, next), previous: given(hook, previous) }
        return run({ ...context, ...following(context, calls), ...sections, signal })
      },
    })
  const check = checkTenant && watch('checkTenant', (context) => checkTenant.call(definition, context))
  const reload = reloadTenant && watch('reloadTenant', (context) => reloadTenant.call(definition, context))
  return {
    ...(check === undefined ? {} : { checkTenant: check }),
    ...(reload === undefined
      ? {}
      : {
          async reloadTenant(context: Context) {
            const undo = await reload(context)
            // A function is the undo that the hook returned; anything else it returned means nothing.
            return typeof undo === 'function' ? watchUndo(undo as Undo) : undefined
          },
        }),
  }
}
