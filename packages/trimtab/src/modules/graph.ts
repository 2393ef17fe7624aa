import { TrimtabError } from '../errors/trimtab-error.ts'
import { compareText } from '../primitives/json.ts'
import type { Module } from './define-module.ts'

/** The modules of a plane in the order they start. */
export interface Graph {
  /** Dependencies first; among those that could come next, the first by name. The same whatever the order given. */
  readonly order: readonly Module[]
  /** What a module declared, without what those declared in turn. */
  dependencies(module: Module): readonly Module[]
}

/**
 * Orders modules by what they depend on; dependencies that were not listed are taken in. Throws `module_cycle`, naming
 * the circle, and `option_invalid` for two modules of one name.
 */
export function createGraph(modules: readonly Module[]): Graph {
  const remaining = collect(modules)
  const order: Module[] = []
  const placed = new Set<Module>()
  while (remaining.length > 0) {
    const index = remaining.findIndex((module) => dependencies(module).every((dependency) => placed.has(dependency)))
    const [next] = remaining.splice(index, index === -1 ? 0 : 1)
    if (next === undefined) throw cycleIn(remaining)
    placed.add(next)
    order.push(next)
  }
  return { order, dependencies }
}

/** Every module and what it needs, by name. */
function collect(modules: readonly Module[]): Module[] {
  const byName = new Map<string, Module>()
  const take = (module: Module) => {
    const known = byName.get(module.name)
    if (known === module) return
    if (known !== undefined) {
      throw new TrimtabError(
        'option_invalid',
        `Two modules are called ${JSON.stringify(module.name)}. Rename one of them.`,
      )
    }
    byName.set(module.name, module)
    dependencies(module).forEach(take)
  }
  modules.forEach(take)
  return [...byName.values()].sort((a, b) => compareText(a.name, b.name))
}

/** Follows first dependencies that can't be placed until one comes again: that is a circle. */
function cycleIn(unplaced: readonly Module[]): TrimtabError {
  const trail: Module[] = []
  let module = unplaced[0]
  while (module !== undefined && !trail.includes(module)) {
    trail.push(module)
    module = dependencies(module).find((dependency) => unplaced.includes(dependency))
  }
  const circle = module === undefined ? trail : [...trail.slice(trail.indexOf(module)), module]
  const names = circle.map((each) => each.name).join(' → ')
  return new TrimtabError('module_cycle', `Modules depend on each other in a circle: ${names}.`)
}

function dependencies(module: Module): readonly Module[] {
  return module.definition.dependsOn ?? []
}
