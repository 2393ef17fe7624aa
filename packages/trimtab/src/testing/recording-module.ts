import { defineModule, type Module, type ModuleDefinition, type Undo } from '../modules/define-module.ts'
import type { Section } from '../schema/section.ts'

/** A hook of a recording module; `undo` is what its `reload` returned. */
export type RecordedHook = 'start' | 'check' | 'reload' | 'undo' | 'stop'

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

/** What a hook does when it is called. */
export type Behaviour =
  | { readonly kind: 'ok' }
  | { readonly kind: 'throw'; readonly error: unknown }
  | { readonly kind: 'reject'; readonly error: unknown }
  /** Never settles, whatever its signal says. */
  | { readonly kind: 'hang' }
  /** Settles when `promise` does, whatever its signal says. */
  | { readonly kind: 'wait'; readonly promise: Promise<void> }

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
  /** Decides what the next calls of that hook do, until it is decided anew. */
  script(module: string, hook: RecordedHook, behaviour: Behaviour): void
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
  /** Takes changes in place; otherwise it is replaced. */
  readonly reloads?: boolean | undefined
  /** Its reload returns an undo of its own. */
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
  const scripts = new Map<string, Behaviour>()

  const behave = async (module: string, hook: RecordedHook): Promise<void> => {
    const behaviour = scripts.get(`${module} ${hook}`) ?? { kind: 'ok' }
    switch (behaviour.kind) {
      case 'ok':
        return
      case 'throw':
      case 'reject':
        throw behaviour.error
      case 'hang':
        return new Promise(() => {})
      case 'wait':
        return behaviour.promise
      default:
        behaviour satisfies never
    }
  }
  /** Thrown in the hook itself, before it has given a promise. */
  const throwAtOnce = (module: string, hook: RecordedHook) => {
    const behaviour = scripts.get(`${module} ${hook}`)
    if (behaviour?.kind === 'throw') throw behaviour.error
  }

  const define = <S>(options: RecordingModuleOptions<S>): Module<RecordedResource> => {
    const { name, reloads = false, returnsUndo = false, holds = false, ...rest } = options
    const record = (hook: RecordedHook, key: string | undefined, facts: Partial<RecordedCall>) => {
      calls.push({ module: name, key, hook, next: undefined, previous: undefined, resource: undefined, ...facts })
      throwAtOnce(name, hook)
    }
    const reload: ModuleDefinition<unknown, boolean, RecordedResource, undefined>['reload'] = async (context) => {
      const { next, previous, resource, key } = context
      record('reload', key, { next, previous, resource: resource.number })
      await behave(name, 'reload')
      resource.section = next
      if (!returnsUndo) return undefined
      const undo: Undo = async () => {
        record('undo', key, { next: previous, previous: next, resource: resource.number })
        await behave(name, 'undo')
        resource.section = previous
      }
      return undo
    }
    const definition: ModuleDefinition<unknown, boolean, RecordedResource, undefined> = {
      ...rest,
      name,
      config: options.config,
      each: options.each ?? false,
      async start({ config, key, hold }) {
        const number = resources.filter((each) => each.module === name && each.key === key).length + 1
        record('start', key, { next: config, resource: number })
        if (holds) for (const dependency of rest.dependsOn ?? []) hold(dependency)
        await behave(name, 'start')
        const resource: RecordedResource = { module: name, key, number, section: config, state: 'running' }
        resources.push(resource)
        return resource
      },
      async check({ next, previous, resource, key }) {
        record('check', key, { next, previous, resource: resource?.number })
        await behave(name, 'check')
      },
      ...(reloads ? { reload } : {}),
      async stop({ resource, key }) {
        record('stop', key, { previous: resource.section, resource: resource.number })
        await behave(name, 'stop')
        resource.state = 'stopped'
      },
    }
    // `each` is decided at run time here, so that the type cannot tell which of the two it is.
    return defineModule(definition) as Module<RecordedResource>
  }

  return {
    calls,
    resources,
    script: (module, hook, behaviour) => void scripts.set(`${module} ${hook}`, behaviour),
    clear: () => void calls.splice(0),
    module: define,
  }
}
