/** A hook of a recording module; `undo` is what its `reload` returned. */
export type RecordedHook = 'start' | 'check' | 'reload' | 'undo' | 'stop'

/** What a hook does when it is called. */
export type Behaviour =
  | { readonly kind: 'ok' }
  /** Throws before it has given a promise. */
  | { readonly kind: 'throw'; readonly error: unknown }
  /** Gives a promise that rejects. */
  | { readonly kind: 'reject'; readonly error: unknown }
  /** Never settles, whatever its signal says. */
  | { readonly kind: 'hang' }
  /** Settles when `promise` does, whatever its signal says. */
  | { readonly kind: 'wait'; readonly promise: Promise<void> }

/** A behaviour, or its kind alone: `throw` and `reject` then bring an error that says so. */
export type ScriptStep = Behaviour | 'ok' | 'throw' | 'reject' | 'hang'

/** What the calls of one hook do: every call the same, or one step of a list for each and `ok` when it is used up. */
export type HookScript = ScriptStep | readonly ScriptStep[]

/** What the hooks of one module do; `ok`, where one is left away. */
export type RecordingScript = { readonly [Hook in RecordedHook]?: HookScript | undefined }

/** Where the calls of one module's hooks have got to. */
export class HookScripts {
  readonly #module: string
  readonly #scripts = new Map<RecordedHook, { readonly every: ScriptStep | undefined; readonly left: ScriptStep[] }>()

  constructor(module: string) {
    this.#module = module
  }

  set(hook: RecordedHook, script: HookScript): void {
    const isList = isSteps(script)
    this.#scripts.set(hook, { every: isList ? undefined : script, left: isList ? [...script] : [] })
  }

  /** What this call of the hook does. */
  next(hook: RecordedHook): Behaviour {
    const script = this.#scripts.get(hook)
    const step = script?.every ?? script?.left.shift() ?? 'ok'
    if (typeof step === 'object') return step
    switch (step) {
      case 'ok':
      case 'hang':
        return { kind: step }
      case 'throw':
      case 'reject':
        return { kind: step, error: new Error(`${this.#module} was told to ${step} in ${hook}`) }
      default:
        return step satisfies never
    }
  }
}

/** Does what is not thrown at once. */
export async function behave(behaviour: Exclude<Behaviour, { kind: 'throw' }>): Promise<void> {
  switch (behaviour.kind) {
    case 'ok':
      return
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

function isSteps(script: HookScript): script is readonly ScriptStep[] {
  return Array.isArray(script)
}
