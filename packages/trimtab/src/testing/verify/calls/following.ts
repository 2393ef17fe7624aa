import type { HookContext, ModuleRef } from '../../../modules/define-module.ts'
import type { Calls } from './calls.ts'

/** The same ways to the dependencies, with an eye on who listens to them. */
export function following(
  { use, hold }: Pick<HookContext, 'use' | 'hold'>,
  calls: Calls,
): Pick<HookContext, 'use' | 'hold'> {
  const follow = ({ module, key }: ModuleRef<unknown>, resource: unknown) => {
    const all = module.definition.each === true && key === undefined && resource instanceof Map ? resource : [resource]
    for (const each of all.values()) calls.follow(each, `the module ${module.name}`)
  }
  return {
    use: (ref, work) =>
      use(ref, (resource) => {
        follow(ref, resource)
        return work(resource)
      }),
    hold(ref) {
      const resource = hold(ref)
      follow(ref, resource)
      return resource
    },
  }
}
