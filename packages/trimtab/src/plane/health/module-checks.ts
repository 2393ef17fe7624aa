import { describeThrown } from '../../errors/trimtab-error.ts'
import type { Findings, HealthCheckContext } from '../../health/check.ts'
import type { HealthCore } from '../../health/create-health.ts'
import type { HealthContext } from '../../modules/define-module.ts'
import { checkName, healthChecksOf, type ModuleHealth } from '../../modules/health-hook.ts'
import { createHookContext } from '../../modules/hook-context.ts'
import { canServe, type Instance, type UnitId } from '../../modules/instance.ts'
import { type Running, useResource } from '../../modules/running.ts'
import type { Disposer } from '../../primitives/disposers.ts'
import type { Logger } from '../../primitives/logger.ts'
import type { Engine } from '../../reload/engine.ts'

interface Registered {
  readonly unit: UnitId
  readonly remove: Disposer
}

/**
 * Keeps the checks that modules declare in step with what runs: they come with the commit of their resource and go with its
 * end. While a commit proves itself the checks of a resource that it took away go on beside the new ones: what it removes
 * still judges it.
 */
export class ModuleChecks {
  readonly #engine: Engine
  readonly #health: HealthCore
  readonly #logger: Logger
  #registered: ReadonlyMap<string, Registered> = new Map()

  constructor(engine: Engine, health: HealthCore, logger: Logger) {
    this.#engine = engine
    this.#health = health
    this.#logger = logger
  }

  /** Takes in what runs now. */
  follow(): void {
    const before = this.#registered
    const next = new Map<string, Registered>()
    const missing: { readonly name: string; readonly instance: Instance; readonly hook: Hook }[] = []
    for (const instance of this.#kept()) {
      for (const hook of healthChecksOf(instance.module.definition.health)) {
        const name = checkName(instance.unit, hook.name)
        const known = before.get(name)
        if (known === undefined) missing.push({ name, instance, hook })
        else next.set(name, known)
      }
    }
    this.#registered = next
    for (const [name, { remove }] of before) if (!next.has(name)) remove()
    for (const { name, instance, hook } of missing) {
      const remove = this.#add(name, instance, hook)
      if (remove !== undefined) next.set(name, { unit: instance.unit, remove })
    }
  }

  /** What runs, and what could be gone back to and has not begun to end. */
  #kept(): readonly Instance[] {
    const { committed, refuge } = this.#engine
    const running = committed?.running ?? noRunning
    const parked = [...(refuge?.running ?? noRunning)].filter(
      ([unit, instance]) => !running.has(unit) && canServe(instance),
    )
    return [...running.values(), ...parked.map(([, instance]) => instance)]
  }

  #add(name: string, { unit, module, key }: Instance, hook: Hook): Disposer | undefined {
    const check = {
      ...hook,
      name,
      module: module.name,
      run: (context: HealthCheckContext) => this.#run({ unit, hook, context }),
    }
    try {
      return this.#health.addOwn(check, { component: key })
    } catch (error) {
      // Only a check of somebody else's with this very name: the module runs all the same.
      this.#logger.error(`${unit} runs without its health check: ${describeThrown(error)}`)
      return undefined
    }
  }

  async #run({
    unit,
    hook,
    context,
  }: {
    readonly unit: UnitId
    readonly hook: Hook
    readonly context: HealthCheckContext
  }): Promise<Findings> {
    const instance = this.#view().get(unit)
    if (instance === undefined) {
      // It ended since the last commit was told.
      this.follow()
      return undefined
    }
    const { module, key } = instance
    const { hooks } = this.#engine
    return useResource(this.#view, { module, key }, 'its health check', (resource) => {
      const { hold: _, ...helpers } = createHookContext(
        hooks,
        { module, key, view: hooks.committed, holds: new Map() },
        context.signal,
      )
      return hook.run({ ...helpers, resource, config: this.#view().get(unit)?.section })
    })
  }

  readonly #view = (): Running => new Map(this.#kept().map((instance) => [instance.unit, instance]))
}

type Hook = ModuleHealth<HealthContext<unknown, unknown>>

const noRunning: Running = new Map()
