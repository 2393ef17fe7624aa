import { isDeepStrictEqual } from 'node:util'
import { defineModule, type Module, type Undo } from '../../modules/define-module.ts'
import { disposeValue } from '../../primitives/disposers.ts'
import type { Calls } from './calls/calls.ts'
import { following } from './calls/following.ts'
import type { Findings } from './findings.ts'
import type { Inputs } from './inputs.ts'
import type { ReportInspection } from './report.ts'
import type { VerifiedHook, VerifyRuleId } from './rules.ts'
import { watchHealth } from './watch-health.ts'
import { watchTenantHooks } from './watch-tenant-hooks.ts'

/** What is done to the hooks beside calling them. Scenarios set it between two steps. */
export interface Treatment {
  /** The signal of this hook aborts as soon as it has begun. */
  cutShort: VerifiedHook | undefined
  /** Calls this hook a second time with the same. */
  twice: 'reload' | 'stop' | undefined
  /** What it means when a hook throws, where that is known. */
  failsAs: { readonly hook: VerifiedHook; readonly rule: VerifyRuleId } | undefined
  /** Gives the engine something else in place of what was prepared, and so notes how disposing it goes. */
  disposals: boolean
  /** Gives copies that can be changed in place of frozen sections. */
  inputs: Inputs | undefined
}

export interface InstrumentParts {
  readonly calls: Calls
  readonly findings: Findings
  readonly treatment: Treatment
  readonly deadline: number
  /** Of the module's health checks, by check and key. */
  readonly reports: Map<string, ReportInspection[]>
  /** The state of the resource that one call is about. */
  readonly look: (resource: unknown, key: string | undefined) => Promise<unknown>
  readonly isDisposed: ((prepared: unknown) => boolean) | undefined
}

/** The same module, with its hooks watched: a plane drives it as it drives the original. */
export function instrument(module: Module, parts: InstrumentParts): Module {
  const { calls, findings, treatment, deadline, look, reports } = parts
  const { start, check, reload, stop, enabled, health: _, ...rest } = module.definition
  const own = module.definition
  const cutShort = (hook: VerifiedHook) => treatment.cutShort === hook
  const failsAs = (hook: VerifiedHook) => (treatment.failsAs?.hook === hook ? treatment.failsAs.rule : undefined)
  const given = (hook: VerifiedHook, value: unknown) => treatment.inputs?.copy(hook, value) ?? value
  const asked: { readonly section: unknown; readonly answer: boolean }[] = []

  const watchUndo = (undo: Undo): Undo => {
    return (context) =>
      calls.run({ hook: 'undo', signal: context.signal, run: (step) => undo({ ...context, signal: step }) })
  }

  const isCutShort = () => cutShort('health')
  const health = watchHealth(module, { calls, findings, deadline, reports, isCutShort })

  // `each` and the types of a section are decided at run time here: the result is the module in all but its hooks.
  return defineModule<unknown, boolean, unknown, unknown>({
    ...rest,
    ...watchTenantHooks(module, { calls, cutShort, given, watchUndo }),
    startTimeout: deadline,
    checkTimeout: deadline,
    reloadTimeout: deadline,
    stopTimeout: deadline,
    drainTimeout: deadline,
    ...(health === undefined ? {} : { health }),
    start: ({ signal, config, ...context }) =>
      calls.run({
        hook: 'start',
        signal,
        cutShort: cutShort('start'),
        run: (step) =>
          start.call(own, { ...context, ...following(context, calls), config: given('start', config), signal: step }),
      }),
    ...(enabled === undefined
      ? {}
      : {
          enabled(section: unknown) {
            const answer = calls.ask('enabled', () => enabled.call(own, given('enabled', section)))
            const before = asked.find((each) => isDeepStrictEqual(each.section, section))
            if (before !== undefined && before.answer !== answer) {
              const text = `answered ${String(before.answer)} and then ${String(answer)} for the same section`
              findings.add('enabled-not-pure', 'enabled', text)
            }
            asked.push({ section, answer })
            return answer
          },
        }),
    ...(check === undefined
      ? {}
      : {
          async check({ signal, next, previous, ...context }) {
            const prepared = await calls.run({
              hook: 'check',
              signal,
              cutShort: cutShort('check'),
              failsAs: failsAs('check'),
              run: (step) =>
                check.call(own, {
                  ...context,
                  ...following(context, calls),
                  next: given('check', next),
                  previous: given('check', previous),
                  signal: step,
                }),
            })
            return treatment.disposals && prepared !== undefined ? standInFor(prepared, parts) : prepared
          },
        }),
    ...(reload === undefined
      ? {}
      : {
          async reload({ signal, next, previous, ...context }) {
            const call = (again: boolean) =>
              calls.run({
                hook: 'reload',
                signal,
                cutShort: cutShort('reload'),
                failsAs: again ? 'not-idempotent' : undefined,
                run: (step) =>
                  reload.call(own, {
                    ...context,
                    ...following(context, calls),
                    next: given('reload', next),
                    previous: given('reload', previous),
                    prepared: again ? undefined : context.prepared,
                    signal: step,
                  }),
              })
            const undo = await call(false)
            if (treatment.twice === 'reload') {
              const { resource, key } = context
              const once = await look(resource, key)
              await call(true)
              const twice = await look(resource, key)
              if (!isDeepStrictEqual(once, twice))
                findings.add('not-idempotent', 'reload', 'reloaded twice to the same configuration, it is not as once')
            }
            return typeof undo === 'function' ? watchUndo(undo) : undefined
          },
        }),
    ...(stop === undefined
      ? {}
      : {
          async stop({ signal, ...context }) {
            const call = (again: boolean) =>
              calls.run({
                hook: 'stop',
                signal,
                cutShort: cutShort('stop'),
                failsAs: again ? 'stop-not-idempotent' : undefined,
                run: (step) => stop.call(own, { ...context, signal: step }),
              })
            await call(false)
            if (treatment.twice === 'stop') await call(true)
          },
        }),
  })
}

/** Is disposed in place of `prepared`, in a step that is refused before anybody could use it. */
function standInFor(prepared: unknown, { calls, findings, isDisposed }: InstrumentParts): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      await calls.run({ hook: 'dispose', failsAs: 'prepared-not-disposed', run: () => disposeValue(prepared) })
      if (isDisposed?.(prepared) === false)
        findings.add('prepared-not-disposed', 'dispose', 'a refused reload has not given back what was prepared for it')
    },
  }
}
