import { TrimtabError } from '../errors/trimtab-error.ts'
import type { Changes } from '../model/changes.ts'
import { type Json, typeName } from '../primitives/json.ts'
import type { Logger } from '../primitives/logger.ts'
import type { Section } from '../schema/section.ts'
import type { Guard } from '../tenancy/guard/guard.ts'
import type { TenantId } from '../tenancy/tenant-id.ts'
import type { TenantContext } from '../tenancy/tenants.ts'
import { checkHealthHook, type HealthHook } from './health-hook.ts'

/** What `use` and `hold` take: a module, or one key of a module that is declared with `each`. */
export interface ModuleRef<Resource> {
  readonly module: Module
  readonly key: string | undefined
  /** Only a type: what a lease gives. */
  readonly resource?: Resource
}

/** A named part of the service, as `defineModule` gives it. */
export interface Module<Resource = unknown> extends ModuleRef<Resource> {
  readonly name: string
  readonly definition: ErasedDefinition
}

/** A module with one resource for each key of its section. */
export interface EachModule<Resource> extends Module<ReadonlyMap<string, Resource>> {
  /** The resource of one key. */
  at(key: string): ModuleRef<Resource>
}

/** What every hook is given. */
export interface HookContext {
  /** Aborts at the step's deadline and when the reload is cancelled. */
  readonly signal: AbortSignal
  readonly log: Logger
  /** Carries the tenant with the work that is done for it. */
  readonly tenants: TenantContext
  /** Decides whether work for one tenant may touch what belongs to another. */
  readonly guard: Guard
  /** Tells the plane's observers something of this module's. */
  emit(name: string, data?: Json): void
  /**
   * Leases a dependency's resource for one call of `work`. The resource is stopped only after its users are done, and a
   * later call gets the newest, so the caller is not touched when the dependency is replaced.
   */
  use<R, T>(dependency: ModuleRef<R>, work: (resource: R) => T | PromiseLike<T>): Promise<T>
  /** The dependency's resource itself. When it is replaced, this module is replaced after it. */
  hold<R>(dependency: ModuleRef<R>): R
  /** The key of the record this resource belongs to, for a module with `each`. */
  readonly key: string | undefined
}

/** What `start` is given: the section to run on, and what `check` has prepared for it. */
export interface StartContext<Config, Prepared> extends HookContext {
  readonly config: Config
  /** What `check` returned, where it did. From here on it belongs to `start`. */
  readonly prepared: Prepared | undefined
}

/**
 * What `check` is given. Everything in it is to be read, and nothing to be changed: the reload may still be refused
 * by another module.
 */
export interface CheckContext<Config, Resource> extends HookContext {
  readonly next: Config
  /** What the module runs on; undefined where it does not run yet. */
  readonly previous: Config | undefined
  /** The differences under the module's own section. */
  readonly changes: Changes
  readonly resource: Resource | undefined
}

/** What `reload` is given. When a change is undone by a second call, `next` and `previous` have changed places. */
export interface ReloadContext<Config, Resource, Prepared> extends HookContext {
  readonly next: Config
  readonly previous: Config
  readonly changes: Changes
  readonly resource: Resource
  /** What `check` returned, where it did. From here on it belongs to `reload`. Never there when a change is undone. */
  readonly prepared: Prepared | undefined
}

/** What `stop` is given. Its signal aborts at `stopTimeout`: whatever still goes on then is to be cut off. */
export interface StopContext<Resource> extends HookContext {
  readonly resource: Resource
}

/** What `health` is given. The resource is leased for the time of the run: it is not stopped under its hands. */
export interface HealthContext<Config, Resource> extends Omit<HookContext, 'hold'> {
  readonly resource: Resource
  /** What the resource runs on. */
  readonly config: Config
}

/**
 * What `checkTenant` and `reloadTenant` are given: a change of what one tenant has in the module's section, the tenant's
 * own values above the shared ones. They are called inside that tenant's context.
 */
export interface TenantChangeContext<Config, Resource> extends HookContext {
  readonly tenant: TenantId
  readonly next: Config
  /** What the module runs on for this tenant: the shared section, unless it has been told of another one. */
  readonly previous: Config
  /** The differences under the module's own section. */
  readonly changes: Changes
  readonly resource: Resource
}

/** Takes one reload back. Runs under a deadline of its own, with what every hook is given. */
export type Undo = (context: HookContext) => unknown

/** Milliseconds each step of a module may take; a step that takes longer is abandoned. */
export interface ModuleTimeouts {
  readonly startTimeout?: number | undefined
  readonly checkTimeout?: number | undefined
  readonly reloadTimeout?: number | undefined
  readonly stopTimeout?: number | undefined
  /** How long the users of a replaced resource may go on before it is stopped all the same. */
  readonly drainTimeout?: number | undefined
}

export const defaultTimeouts = {
  startTimeout: 60_000,
  checkTimeout: 5_000,
  reloadTimeout: 30_000,
  stopTimeout: 30_000,
  drainTimeout: 60_000,
} as const satisfies Required<ModuleTimeouts>

/** What the hooks see of a section: with `each`, the value of one key. */
type HookConfig<S, Each extends boolean> = Each extends true
  ? S extends Readonly<Record<string, infer Value>>
    ? Value
    : never
  : S

/** The names of a section's own fields. */
type FieldOf<Config> = Config extends object ? string & keyof Config : never

/** What `defineModule` takes: the section, the order, and the hooks. Only `name` and `start` are needed. */
export interface ModuleDefinition<S, Each extends boolean, Resource, Prepared> extends ModuleTimeouts {
  /** Unique in a plane: a letter, then letters, digits, `_` and `-`. */
  readonly name: string
  /** The part of the configuration it owns: it is told of changes there and nowhere else. */
  readonly config?: Section<S> | undefined
  /** Runs one resource for each key of its section, which is a record. */
  readonly each?: Each
  /** Started before this module and stopped after it. */
  readonly dependsOn?: readonly Module[] | undefined
  /** Two resources of it cannot live side by side: a port, a lock. */
  readonly exclusive?: boolean | undefined
  /**
   * For an exclusive module: `cascade` lets a change that needs a new resource stop the old one first, with a gap that
   * is measured and reported. Without it such a change waits for a restart.
   */
  readonly replace?: 'cascade' | undefined
  /**
   * Fields of the section that `reload` cannot change in place: when one of them changes, a new resource is started
   * beside the old one as if there were no `reload`.
   */
  readonly replaceOn?: readonly FieldOf<HookConfig<S, Each>>[] | undefined
  /** Starts and stops the module inside a reload. Pure. */
  readonly enabled?: ((config: HookConfig<S, Each>) => boolean) | undefined
  /** Gives the running resource. */
  start(context: StartContext<HookConfig<S, Each>, Prepared>): Resource | PromiseLike<Resource>
  /** Refuses by throwing, before anything has changed. What it returns is handed on, or disposed where it is not used. */
  check?(context: CheckContext<HookConfig<S, Each>, Resource>): Prepared | void | PromiseLike<Prepared | void>
  /**
   * Changes the resource in place. It may return its own undo; where it returns none it is called again with the change
   * reversed. Without this hook a new resource is started beside the old one.
   */
  reload?(context: ReloadContext<HookConfig<S, Each>, Resource, Prepared>): Undo | void | PromiseLike<Undo | void>
  /**
   * Looks at the resource that runs; with `each`, at that of every key. The checks come when the resource is committed and
   * go with it. They are named after the module: `pool`, `pool/queries`, `upstreams["blue"]`.
   */
  readonly health?: HealthHook<HealthContext<HookConfig<S, Each>, Resource>> | undefined
  /** Refuses a tenant's change by throwing, before anything has changed. The tenant keeps what it has. */
  checkTenant?(context: TenantChangeContext<HookConfig<S, Each>, Resource>): unknown
  /**
   * Takes a tenant's change in place. Until it is called for a tenant, the resource runs on the shared section for it; what
   * it was told of a tenant stands until it is called again, also when the shared section changes. It may return its own
   * undo; where it returns none it is called again with the change reversed. A resource that is started later is told of
   * every tenant whose section is another than the shared one.
   */
  reloadTenant?(context: TenantChangeContext<HookConfig<S, Each>, Resource>): Undo | void | PromiseLike<Undo | void>
  /** Ends the resource. */
  stop?(context: StopContext<Resource>): unknown
}

/** A definition without its types: how the engine holds modules of every kind in one list. */
type ErasedDefinition = ModuleDefinition<unknown, boolean, unknown, unknown>

const moduleName = /^[A-Za-z][A-Za-z0-9_-]{0,127}$/

/**
 * Declares a part of the service that owns a section of the configuration and a running resource. Nothing runs until a
 * plane is given it. Throws `option_invalid` for what is missing, and for a name or combination that can't work.
 *
 * @example
 * const pool = defineModule({
 *   name: 'pool',
 *   config: config.section('pool'),
 *   start: ({ config }) => new Pool({ max: config.max }),
 *   stop: ({ resource }) => resource.end(),
 * })
 */
export function defineModule<S = undefined, Each extends boolean = false, Resource = void, Prepared = undefined>(
  definition: ModuleDefinition<S, Each, Resource, Prepared>,
): Each extends true ? EachModule<Resource> : Module<Resource> {
  checkHooks(definition)
  const { name, each, exclusive, replace, replaceOn, reload, config } = definition
  const refuse = (why: string) => new TrimtabError('option_invalid', `The module ${JSON.stringify(name)} ${why}.`)
  if (typeof name !== 'string' || !moduleName.test(name))
    throw refuse('needs a name of a letter, then letters, digits, _ and -, up to 128')
  if (replace !== undefined && exclusive !== true)
    throw refuse('has `replace`, which is for modules with `exclusive: true`')
  if (each === true && config?.shape.kind !== 'record')
    throw refuse('has `each: true`, which needs a section that is a record')
  if (replaceOn !== undefined && reload === undefined)
    throw refuse('has `replaceOn`, which is for modules with `reload`: without one every change brings a new resource')
  checkHealthHook(name, definition.health)
  if (config === undefined && (definition.checkTenant ?? definition.reloadTenant) !== undefined)
    throw refuse('has `checkTenant` or `reloadTenant`, which are told of changes in its section: give it a `config`')
  for (const timeout of Object.keys(defaultTimeouts)) {
    // The keys of a constant object of this module.
    const value = definition[timeout as keyof ModuleTimeouts]
    if (value !== undefined && !(value > 0 && value <= 2 ** 31 - 1))
      throw refuse(`needs a ${timeout} of 1 to ${2 ** 31 - 1} milliseconds`)
  }

  const module: EachModule<unknown> = {
    name,
    // The engine calls hooks only with what this definition's own section, start and check gave.
    definition: Object.freeze({ ...definition }) as unknown as ErasedDefinition,
    get module() {
      return module
    },
    key: undefined,
    at: (key) => ({ module, key }),
  }
  // One object serves both; the type shows `at` only where there are keys.
  return Object.freeze(module) as unknown as Each extends true ? EachModule<Resource> : Module<Resource>
}

const hookNames = ['start', 'check', 'reload', 'stop', 'enabled', 'checkTenant', 'reloadTenant'] as const

/** What the types say, for plain JavaScript. */
function checkHooks(definition: unknown): void {
  // Spreading what is no object gives an empty one, whose fields are as unknown as those of any other.
  const given = { ...(definition as Readonly<Record<string, unknown>> | undefined) }
  const { name, start } = given
  const missing = [...(name === undefined ? ['`name`'] : []), ...(start === undefined ? ['`start`'] : [])].join(' and ')
  const called = typeof name === 'string' ? ` ${JSON.stringify(name)}` : ''
  const refuse = (what: string) => new TrimtabError('option_invalid', `defineModule() got a module${called} ${what}.`)
  if (missing !== '') throw refuse(`without ${missing}: write defineModule({ name: 'pool', start: () => new Pool() })`)
  const wrong = hookNames.find((hook) => given[hook] !== undefined && typeof given[hook] !== 'function')
  if (wrong !== undefined) throw refuse(`whose \`${wrong}\` is no function but ${typeName(given[wrong])}`)
}
