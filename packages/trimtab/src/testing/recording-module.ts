import { defineModule, type Module, type ModuleDefinition, type Undo } from '../modules/define-module.ts'
import type { Section } from '../schema/section.ts'
import { behave, type HookScript, HookScripts, type RecordedHook, type RecordingScript } from './recording-script.ts'

/** One call of a hook, in the order they came. */
export interface RecordedCall {
  readonly module: string
  readonly key: string | undefined
  readonly hook: RecordedHook
  readonly next: unknown
  readonly previous: unknown
  /** Which resource of the module it was about, counted from 1; undefined for a check before there is one. */
  readonly resource: number | undefined
}

/** What a recording module's resource looks like. */
export interface RecordedResource {
  readonly module: string
  readonly key: string | undefined
  /** Counted from 1 for each module and key. */
  readonly number: number
  /** The section it runs on. */
  section: unknown
  state: 'running' | 'stopped'
}

/** Modules that share one record, in the order in which they were called, and one script. */
export interface Recording {
  readonly calls: readonly RecordedCall[]
  /** Every resource that was ever started. */
  readonly resources: readonly RecordedResource[]
  /** Decides what the next calls of that hook do, until it is decided anew. A list is one step for each call, then `ok`. */
  script(module: string, hook: RecordedHook, script: HookScript): void
  /** Forgets the calls, not the resources. */
  clear(): void
  /** A module that notes every call and does as the script says. */
  module<S = undefined>(options: RecordingModuleOptions<S>): Module<RecordedResource>
}

/** What a recording module is like: the options of `defineModule`, and which of the hooks it has. */
export interface RecordingModuleOptions<S>
  extends Pick<
    ModuleDefinition<S, boolean, unknown, unknown>,
    | 'name'
    | 'dependsOn'
    | 'exclusive'
    | 'replace'
    | 'startTimeout'
    | 'checkTimeout'
    | 'reloadTimeout'
    | 'stopTimeout'
    | 'drainTimeout'
  > {
  readonly config?: Section<S> | undefined
  readonly each?: boolean | undefined
  /** What its hooks do at first. */
  readonly script?: RecordingScript | undefined
  /** Takes changes in place; otherwise it is replaced. Default: whether `script` has a `reload` or an `undo`. */
  readonly reloads?: boolean | undefined
  /** Its reload returns an undo of its own. Default: whether `script` has an `undo`. */
  readonly returnsUndo?: boolean | undefined
  /** Holds the resources of what it depends on. */
  readonly holds?: boolean | undefined
  readonly enabled?: ((config: unknown) => boolean) | undefined
}

/**
 * Modules that note what was done to them, for tests of what a change does.
 *
 * @example
 * const recording = createRecording()
 * const plane = await createTestPlane(config, { modules: [recording.module({ name: 'pool', config: config.section('pool') })] })
 * await plane.set({ pool: { max: 20 } })
 * recording.calls.map((call) => call.hook) // ['check', 'start', 'check', 'start', 'stop']
 */
export function createRecording(): Recording {
  const calls: RecordedCall[] = []
  const resources: RecordedResource[] = []
  const scripts = new Map<string, HookScripts>()
  const scriptsOf = (module: string): HookScripts => {
    const known = scripts.get(module) ?? new HookScripts(module)
    scripts.set(module, known)
    return known
  }

  const define = <S>(options: RecordingModuleOptions<S>): Module<RecordedResource> => {
    const { name, script = {}, holds = false, ...rest } = options
    const { returnsUndo = script.undo !== undefined, reloads = returnsUndo || script.reload !== undefined } = options
    for (const [hook, steps] of Object.entries(script)) {
      // The keys of a script are hooks.
      if (steps !== undefined) scriptsOf(name).set(hook as RecordedHook, steps)
    }

    /** Notes the call. Throws at once where the script says so; what is returned does the rest. */
    const record = (hook: RecordedHook, key: string | undefined, facts: Partial<RecordedCall>) => {
      calls.push({ module: name, key, hook, next: undefined, previous: undefined, resource: undefined, ...facts })
      const behaviour = scriptsOf(name).next(hook)
      if (behaviour.kind === 'throw') throw behaviour.error
      return () => behave(behaviour)
    }
    const reload: ModuleDefinition<unknown, boolean, RecordedResource, undefined>['reload'] = (context) => {
      const { next, previous, resource, key } = context
      const carryOn = record('reload', key, { next, previous, resource: resource.number })
      const undo: Undo = () => {
        const carryOnUndo = record('undo', key, { next: previous, previous: next, resource: resource.number })
        return carryOnUndo().then(() => {
          resource.section = previous
        })
      }
      return carryOn().then(() => {
        resource.section = next
        return returnsUndo ? undo : undefined
      })
    }
    const definition: ModuleDefinition<unknown, boolean, RecordedResource, undefined> = {
      ...rest,
      name,
      config: options.config,
      each: options.each ?? false,
      start({ config, key, hold }) {
        const number = resources.filter((each) => each.module === name && each.key === key).length + 1
        const carryOn = record('start', key, { next: config, resource: number })
        if (holds) for (const dependency of rest.dependsOn ?? []) hold(dependency)
        return carryOn().then(() => {
          const resource: RecordedResource = { module: name, key, number, section: config, state: 'running' }
          resources.push(resource)
          return resource
        })
      },
      check({ next, previous, resource, key }) {
        return record('check', key, { next, previous, resource: resource?.number })()
      },
      ...(reloads ? { reload } : {}),
      stop({ resource, key }) {
        const carryOn = record('stop', key, { previous: resource.section, resource: resource.number })
        return carryOn().then(() => {
          resource.state = 'stopped'
        })
      },
    }
    // `each` is decided at run time here, so that the type cannot tell which of the two it is.
    return defineModule(definition) as Module<RecordedResource>
  }

  return {
    calls,
    resources,
    script: (module, hook, steps) => scriptsOf(module).set(hook, steps),
    clear: () => void calls.splice(0),
    module: define,
  }
}

/** A recording module with a record of its own. */
export interface RecordingModule extends Module<RecordedResource> {
  /** What was done to it, the first call first. */
  readonly calls: readonly RecordedCall[]
  /** Every resource of it that was ever started. */
  readonly resources: readonly RecordedResource[]
  /** Decides what the next calls of that hook do, until it is decided anew. A list is one step for each call, then `ok`. */
  script(hook: RecordedHook, script: HookScript): void
  /** Forgets the calls, not the resources. */
  clear(): void
}

/**
 * One module that notes what is done to it and fails as its script says, in one call. For several that share one record
 * there is `createRecording`.
 *
 * A reload that fails is taken back by a second call of the same hook, with the change reversed, and that is a step of the
 * script as well: `reload: ['throw']` ends as `rolled_back`; with `['throw', 'hang']` the way back fails too.
 *
 * @example
 * const pool = recordingModule({ name: 'pool', config: config.section('pool'), script: { reload: ['throw', 'hang'] } })
 * const plane = await createTestPlane(config, { modules: [pool], reload: { reloadTimeout: 50 } })
 * const outcome = await plane.set({ pool: { max: 20 } })
 * outcome.status // 'stuck'
 * pool.calls.map((call) => call.hook) // ['check', 'start', 'check', 'reload', 'reload']
 */
export function recordingModule<S = undefined>(options: RecordingModuleOptions<S>): RecordingModule {
  const { calls, resources, script, clear, module } = createRecording()
  const { name, definition } = module(options)
  const recorded: RecordingModule = Object.freeze({
    name,
    definition,
    get module() {
      return recorded
    },
    key: undefined,
    calls,
    resources,
    script: (hook: RecordedHook, steps: HookScript) => script(name, hook, steps),
    clear,
  })
  return recorded
}
