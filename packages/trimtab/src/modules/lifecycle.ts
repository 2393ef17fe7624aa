import { disposeValue } from '../primitives/disposers.ts'
import { runStepWithin } from '../primitives/time/budget.ts'
import { describeThrown } from '../errors/trimtab-error.ts'
import type { KnownSecrets } from '../model/secrecy/known-secrets.ts'
import type { Clock } from '../primitives/time/clock.ts'
import { runStep, type StepEnd } from '../primitives/time/deadline.ts'
import { defaultTimeouts, type Module, type ModuleRef, type ModuleTimeouts } from './define-module.ts'
import { createHookContext, type HookHost } from './hook-context.ts'
import { createInstance, type Instance, unitId } from './instance.ts'
import type { HookCalls } from './hook-calls.ts'
import type { Lifetime } from './lifetime.ts'
import type { Running } from './running.ts'

export interface LifecycleHost extends HookHost {
  readonly clock: Clock
  readonly timeouts: Required<ModuleTimeouts>
  readonly lifetime: Lifetime
  /** Runs a hook, noting that it is waited for. */
  readonly runHook: HookCalls['run']
  /** Texts that are secret beside those of the configuration that all share. */
  readonly furtherSecrets?: KnownSecrets | undefined
}

export function timeoutOf(host: LifecycleHost, module: Module, step: keyof ModuleTimeouts): number {
  return module.definition[step] ?? host.timeouts[step] ?? defaultTimeouts[step]
}

export interface StartRequest {
  readonly module: Module
  readonly key: string | undefined
  readonly section: unknown
  readonly prepared: unknown
  readonly view: () => Running
  readonly signal: AbortSignal | undefined
}

/** Starts one resource under its deadline. What a start that was given up gives after all is stopped at once. */
export async function startInstance(host: LifecycleHost, request: StartRequest): Promise<StepEnd<Instance>> {
  const { module, key, section, prepared, view, signal } = request
  const { definition } = module
  const holds = new Map<ModuleRef<unknown>, readonly Instance[]>()
  const toInstance = (resource: unknown) => createInstance({ module, key, resource, section, holds })
  const end = await runStep<unknown>({
    clock: host.clock,
    timeout: timeoutOf(host, module, 'startTimeout'),
    signal,
    run: (step) => {
      const context = createHookContext(host, { module, key, view, holds }, step)
      return host.runHook(unitId(module, key), step, () => definition.start({ ...context, config: section, prepared }))
    },
    onLate: (late) => {
      if ('value' in late) void stopInstance(host, toInstance(late.value))
    },
  })
  return end.kind === 'done' ? { ...end, value: toInstance(end.value) } : end
}

/**
 * Stops one resource under its deadline, within what is left of the plane's time. Says what went wrong; never rejects.
 * `view` is what its hook can use: what is committed, if it is left away.
 */
export function stopInstance(
  host: LifecycleHost,
  instance: Instance,
  view: () => Running = host.committed,
): Promise<StepEnd<unknown>> {
  const { module, key, resource } = instance
  instance.ended = true
  return runStepWithin<unknown>(host.lifetime.all, {
    clock: host.clock,
    timeout: timeoutOf(host, module, 'stopTimeout'),
    run: async (signal) => {
      if (module.definition.stop === undefined) return
      const context = createHookContext(host, { module, key, view, holds: new Map() }, signal)
      await host.runHook(instance.unit, signal, () => module.definition.stop?.({ ...context, resource }))
    },
  })
}

/** Waits until nobody uses the resource, at most for its drain time, then stops it. Gives the users it was taken from. */
export async function drainAndStop(
  host: LifecycleHost,
  instance: Instance,
  view?: () => Running,
): Promise<{ readonly cutOff: readonly string[]; readonly end: StepEnd<unknown> }> {
  const { clock, lifetime } = host
  const timeout = timeoutOf(host, instance.module, 'drainTimeout')
  const drained = await runStepWithin(lifetime.drains, { clock, timeout, run: () => instance.leases.drained() })
  const cutOff = drained.kind === 'done' ? [] : instance.leases.users
  return { cutOff, end: await stopInstance(host, instance, view) }
}

/** Disposes what a check prepared and nobody took, in the time of a stop, and says so in the log when even that fails. */
export async function discardPrepared(host: LifecycleHost, module: Module, prepared: unknown): Promise<void> {
  const timeout = timeoutOf(host, module, 'stopTimeout')
  const end = await runStep({ clock: host.clock, timeout, run: () => disposeValue(prepared) })
  if (end.kind !== 'done') host.log(module).warn(`What was prepared could not be disposed: ${describeEnd(end)}`)
}

/** A step that did not end well, as one sentence without its module. */
export function describeEnd(end: StepEnd<unknown>): string {
  switch (end.kind) {
    case 'done':
      return 'done'
    case 'failed':
      return describeThrown(end.error)
    case 'timed_out':
      return `did not finish within ${Math.round(end.elapsed)} ms`
    case 'aborted':
      return 'was cancelled'
    default:
      return end satisfies never
  }
}
