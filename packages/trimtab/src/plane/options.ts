import { TrimtabError } from '../errors/trimtab-error.ts'
import type { HealthCheck } from '../health/check.ts'
import { defaultTimeouts, type Module, type ModuleTimeouts } from '../modules/define-module.ts'
import type { Clock } from '../primitives/time/clock.ts'
import type { Logger } from '../primitives/logger.ts'
import type { Random } from '../primitives/random.ts'
import { type BreakerOptions, defaultBreaker } from '../reload/breaker.ts'
import type { ConfigDefinition, ConfigSchema } from '../schema/define-config.ts'
import type { ReferenceAllowList } from '../sources/references/allow-list.ts'
import type { ReferenceResolver } from '../sources/references/resolver.ts'
import type { Source } from '../sources/source.ts'
import { checkTelemetryOptions, type TelemetryOptions } from './telemetry/telemetry-options.ts'
import { checkTenantOptions, tenantOptionNames, type TenantOptions } from './tenants/tenant-options.ts'
import { checkGuardOptions, type GuardOptions } from '../tenancy/guard/guard-options.ts'
import { checkEvents, type EventOptions, eventOptionNames } from './events/event-options.ts'
import {
  type BakeOptions,
  bakeOptionNames,
  checkBakeOptions,
  checkHealthChecks,
  checkHealthOptions,
  type HealthOptions,
  healthOptionNames,
} from './health/health-options.ts'

/**
 * How reloads are carried out. The timeouts are those of every module that names none of its own. Times are
 * milliseconds.
 */
export interface ReloadOptions extends ModuleTimeouts {
  /**
   * `atomic` (default): one failure undoes all. `bestEffort`: what works is kept, and the rest is tried again; where
   * seven commits are not stable yet, only a change that works as a whole is kept.
   */
  readonly apply?: 'atomic' | 'bestEffort' | undefined
  /** What becomes of changes to restart-only fields: `pin` (default) keeps them waiting, `reject` refuses the reload. */
  readonly restartOnly?: 'pin' | 'reject' | undefined
  /** Milliseconds that reading one source may take: 10 s. */
  readonly readTimeout?: number | undefined
  /** Milliseconds that required remote sources are awaited at boot: 15 s. */
  readonly bootTimeout?: number | undefined
  /** How many outcomes are kept: 50. */
  readonly history?: number | undefined
}

/** What holds where an option of `reload` is left away, beside the timeouts of modules. */
export const reloadDefaults = {
  apply: 'atomic',
  restartOnly: 'pin',
  readTimeout: 10_000,
  bootTimeout: 15_000,
  history: 50,
} as const satisfies ReloadOptions

/** How references such as `${env:NAME}` and `${file:/run/secrets/x}` inside values are resolved. */
export interface ReferenceOptions {
  /** What values that were published, and not written on this machine, may refer to: nothing, if it is left away. */
  readonly allow?: ReferenceAllowList | undefined
  /** Further schemes beside `env` and `file`: a vault, a cloud's secret manager. */
  readonly resolvers?: readonly ReferenceResolver[] | undefined
}

/** What a plane is made from. All but `config` and `sources` may be left away; an invalid one throws `option_invalid`. */
export interface PlaneOptions<Schema extends ConfigSchema = ConfigSchema> {
  readonly config: ConfigDefinition<Schema>
  /** In the order of precedence: the last wins. */
  readonly sources: readonly Source[]
  readonly modules?: readonly Module[] | undefined
  readonly references?: ReferenceOptions | undefined
  readonly reload?: ReloadOptions | undefined
  readonly breaker?: Partial<BreakerOptions> | undefined
  /** Looked at beside those that the modules bring. */
  readonly checks?: readonly HealthCheck[] | undefined
  readonly health?: HealthOptions | undefined
  /**
   * How a commit proves itself where there are required health checks; without any it is stable at once. They decide
   * unless there is a `judge`.
   */
  readonly bake?: BakeOptions | undefined
  /** Where tenants have values of their own: `{ folder: 'tenants' }`, `{ mode: 'shared', store }`. Without it they all have the shared configuration. */
  readonly tenants?: TenantOptions | undefined
  /** How `plane.guard` keeps tenants apart. Code alone says so: no source can loosen it. */
  readonly guard?: GuardOptions | undefined
  /** Where everything that happens goes, from the boot on. */
  readonly events?: EventOptions | undefined
  /**
   * Metrics and spans for OpenTelemetry. Without the option they go to its global providers where the package
   * `@opentelemetry/api` is installed; set the SDK up before the plane is made. `false`: nothing is recorded.
   */
  readonly telemetry?: false | TelemetryOptions | undefined
  /** `pino` and `console` fit. Without one, warnings and errors go to stderr; `false` silences. */
  readonly logger?: Logger | false | undefined
  /** Where the last known good configuration is kept. Default: the variable TRIMTAB_STATE_DIR; without either, nowhere. */
  readonly stateDir?: string | undefined
  /** Names this process among its siblings: 1 to 128 letters, digits, `_`, `-`, `.`. Default: the host's name. */
  readonly instance?: string | undefined
  /** A source that is read when nothing else can be had at boot. */
  readonly fallback?: Source | undefined
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
}

const known = [
  'config',
  'sources',
  'modules',
  'references',
  'reload',
  'breaker',
  'checks',
  'health',
  'bake',
  'tenants',
  'guard',
  'events',
  'telemetry',
  'logger',
  'stateDir',
  'instance',
  'fallback',
  'clock',
  'random',
] as const satisfies readonly (keyof PlaneOptions)[]

const instanceName = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/

/** The names inside the options that are objects themselves. */
const knownInside = {
  references: ['allow', 'resolvers'],
  reload: [...Object.keys(defaultTimeouts), ...Object.keys(reloadDefaults)],
  breaker: Object.keys(defaultBreaker),
  health: healthOptionNames,
  bake: bakeOptionNames,
  tenants: tenantOptionNames,
  guard: ['mode', 'allow', 'refuseMismatch', 'capacity'],
  events: eventOptionNames,
} as const satisfies { readonly [Name in keyof PlaneOptions]?: readonly string[] }

/** Throws `option_invalid` for anything that cannot be what was meant. Options are never adjusted. */
export function checkOptions(options: PlaneOptions): void {
  if (typeof options !== 'object' || options === null) throw invalid('config', 'is missing')
  const unknown = Object.keys(options).filter((name) => !known.some((each) => each === name))
  if (unknown.length > 0) throw invalid(unknown.join(', '), `is not known; the options are ${known.join(', ')}`)
  checkConfig(options.config)
  checkSources(options.sources)
  for (const [name, names] of Object.entries(knownInside)) {
    // The keys are those of PlaneOptions.
    const inside: unknown = options[name as keyof typeof knownInside]
    if (inside !== undefined) checkNames(name, inside, names)
  }

  const { modules = [], instance, reload = {}, breaker = {}, bake, logger } = options
  checkSurroundings(options)
  if (!Array.isArray(modules) || modules.some((module) => module?.definition === undefined))
    throw invalid('modules', 'has to be a list of what defineModule() gives')
  if (bake !== undefined) checkBakeOptions(bake)
  if (options.health !== undefined) checkHealthOptions(options.health)
  if (options.checks !== undefined) checkHealthChecks(options.checks)
  if (options.tenants !== undefined) checkTenantOptions(options.tenants, options.sources)
  if (options.guard !== undefined) checkGuardOptions(options.guard)
  if (options.events !== undefined) checkEvents(options.events)
  if (options.telemetry !== undefined) checkTelemetryOptions(options.telemetry)
  if (logger !== undefined && logger !== false) checkLogger(logger)
  if (instance !== undefined && !(typeof instance === 'string' && instanceName.test(instance))) {
    throw invalid('instance', 'has to be 1 to 128 letters, digits, _, - and ., the first a letter or digit')
  }
  for (const name of Object.keys({ ...defaultTimeouts, readTimeout: 0, bootTimeout: 0 })) {
    // The keys are those of ReloadOptions.
    checkMilliseconds(`reload.${name}`, reload[name as keyof ModuleTimeouts])
  }
  checkChoice('reload.apply', reload.apply, ['atomic', 'bestEffort'])
  checkChoice('reload.restartOnly', reload.restartOnly, ['pin', 'reject'])
  checkCount('reload.history', reload.history)
  checkCount('breaker.threshold', breaker.threshold)
  checkMilliseconds('breaker.spacing', breaker.spacing)
  const { backoff } = breaker
  if (backoff === undefined) return
  checkNames('breaker.backoff', backoff, ['initial', 'max'])
  checkMilliseconds('breaker.backoff.initial', backoff.initial ?? Number.NaN)
  checkMilliseconds('breaker.backoff.max', backoff.max ?? Number.NaN)
  if (backoff.initial > backoff.max) throw invalid('breaker.backoff.initial', 'has to be no more than max')
}

/** What else a plane is given to live with. */
function checkSurroundings({ references, stateDir, fallback, clock, random }: PlaneOptions): void {
  if (references?.resolvers !== undefined && !Array.isArray(references.resolvers))
    throw invalid('references.resolvers', 'has to be a list of objects with scheme and resolve()')
  if (stateDir !== undefined && (typeof stateDir !== 'string' || stateDir === ''))
    throw invalid('stateDir', 'has to be the path of a folder')
  if (fallback !== undefined && typeof fallback?.open !== 'function')
    throw invalid('fallback', "has to be a source, as fileSource('fallback.yaml') gives one")
  if (clock !== undefined && typeof clock?.schedule !== 'function')
    throw invalid('clock', 'has to have the functions now, monotonic and schedule')
  if (random !== undefined && typeof random !== 'function')
    throw invalid('random', 'has to be a function that gives numbers from 0 to 1')
}

export function breakerOptions(given: Partial<BreakerOptions> = {}): BreakerOptions {
  return {
    threshold: given.threshold ?? defaultBreaker.threshold,
    backoff: given.backoff ?? defaultBreaker.backoff,
    spacing: given.spacing ?? defaultBreaker.spacing,
  }
}

/** Sources are told apart by their names, in origins, status and the state folder. */
export function checkSources(sources: readonly Source[]): void {
  if (!Array.isArray(sources) || sources.some((source) => typeof source?.open !== 'function'))
    throw invalid('sources', "has to be a list of sources, as fileSource('config.yaml') gives one")
  const names = sources.map((source) => source.name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw invalid('sources', `has two called ${twice}; give one of them a \`name\``)
}

export function checkConfig(config: ConfigDefinition): void {
  // A zod schema has a `shape` as well.
  if (config?.shape?.kind !== 'object') throw invalid('config', 'has to be what defineConfig() gives')
}

function checkNames(option: string, given: unknown, names: readonly string[]): void {
  if (typeof given !== 'object' || given === null) throw invalid(option, 'has to be an object')
  const unknown = Object.keys(given).filter((name) => !names.includes(name))
  if (unknown.length > 0)
    throw invalid(`${option}.${unknown.join(', ')}`, `is not known; there are ${names.join(', ')}`)
}

/** Throws `option_invalid` for what lines can't be written to. */
export function checkLogger(logger: Logger): void {
  const levels = ['debug', 'info', 'warn', 'error'] as const
  const missing = levels.find((level) => typeof logger?.[level] !== 'function')
  if (missing !== undefined) throw invalid('logger', `has to be false, or have a function \`${missing}\``)
}

function checkMilliseconds(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isFinite(value) && value > 0 && value < 2 ** 31)) return
  throw invalid(name, `has to be 1 to ${2 ** 31 - 1} milliseconds`)
}

function checkCount(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isInteger(value) && value > 0)) return
  throw invalid(name, 'has to be a whole number above 0')
}

function checkChoice(name: string, value: string | undefined, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value)) return
  throw invalid(name, `has to be one of ${choices.join(', ')}`)
}

function invalid(name: string, why: string): TrimtabError {
  return new TrimtabError('option_invalid', `The option ${name} ${why}.`)
}
