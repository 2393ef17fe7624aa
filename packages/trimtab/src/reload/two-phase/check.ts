import { isTrimtabError } from '../../errors/trimtab-error.ts'
import type { Origin } from '../../model/origin.ts'
import { parsePath, printPath, type Segments } from '../../model/path.ts'
import { createHookContext } from '../../modules/hook-context.ts'
import { describeEnd, discardPrepared, timeoutOf } from '../../modules/lifecycle.ts'
import type { UnitId } from '../../modules/instance.ts'
import { runStep, type StepEnd } from '../../primitives/time/deadline.ts'
import { type Problem, problemsOf } from '../../schema/problem.ts'
import type { Step } from '../plan/plan.ts'
import { sectionChanges, type StepHost } from './step-host.ts'

/** What the checks of one reload prepared, by unit. What nobody takes is disposed. */
export interface PreparedObjects {
  /** Hands one over: it belongs to the taker from then on. */
  take(unit: UnitId): unknown
  /** Disposes what was not taken. */
  discard(): Promise<void>
}

export interface Checked {
  readonly refusals: readonly Problem[]
  readonly prepared: PreparedObjects
  /** Milliseconds each check took. */
  readonly durations: ReadonlyMap<UnitId, number>
}

export interface CheckTask {
  readonly steps: readonly Step[]
  /** Who set a place of the candidate. */
  readonly origin: (path: Segments) => Origin | undefined
  readonly signal: AbortSignal
}

/** Asks every affected module at once, before anything has changed, and waits for all of their answers. */
export async function checkAll(host: StepHost, { steps, origin, signal }: CheckTask): Promise<Checked> {
  const refusals = new Map<UnitId, readonly Problem[]>()
  const objects = new Map<UnitId, { readonly step: Step; readonly value: unknown }>()
  const durations = new Map<UnitId, number>()

  const ask = async (step: Step) => {
    const { module, key, unit } = step
    const { check } = module.definition
    if (check === undefined || step.restore !== undefined) return
    const previous = step.current?.section
    const timeout = timeoutOf(host, module, 'checkTimeout')
    const end = await runStep<unknown>({
      clock: host.clock,
      timeout,
      signal,
      run: (step_) => {
        const context = createHookContext(host, { module, key, view: host.committed, holds: new Map() }, step_)
        return host.runHook(unit, step_, () =>
          check.call(module.definition, {
            ...context,
            next: step.section,
            previous,
            changes: sectionChanges(host, step.at, previous, step.section),
            resource: step.current?.resource,
          }),
        )
      },
      onLate: (late) => {
        if ('value' in late) void discardPrepared(host, module, late.value)
      },
    })
    durations.set(unit, end.elapsed)
    if (end.kind === 'done') {
      if (end.value !== undefined) objects.set(unit, { step, value: end.value })
      return
    }
    if (end.kind === 'aborted') return
    refusals.set(unit, problemsOfEnd(host, step, end, origin))
  }
  await Promise.all(steps.map(ask))

  const prepared: PreparedObjects = {
    take(unit) {
      const object = objects.get(unit)
      objects.delete(unit)
      return object?.value
    },
    async discard() {
      const left = [...objects.values()]
      objects.clear()
      await Promise.all(left.map(({ step, value }) => discardPrepared(host, step.module, value)))
    },
  }
  // In apply order, whichever answered first.
  const ordered = steps.flatMap((step) => refusals.get(step.unit) ?? [])
  return { refusals: ordered, prepared, durations }
}

/** Every refusal says where: at the places the module named, or at its section. */
export function problemsOfEnd(
  host: StepHost,
  { unit, at }: Pick<Step, 'unit' | 'at'>,
  end: Exclude<StepEnd<unknown>, { kind: 'done' }>,
  origin: CheckTask['origin'],
): readonly Problem[] {
  const named = end.kind === 'failed' ? namedProblems(host, unit, end.error, origin) : []
  if (named.length > 0) return named
  const problem = {
    severity: 'error',
    module: unit,
    ...(at.length === 0 ? {} : { path: printPath(at), origin: origin(at) }),
  } as const
  return end.kind === 'timed_out'
    ? [{ ...problem, code: 'step_timed_out', message: `its check ${describeEnd(end)}` }]
    : [{ ...problem, code: 'module_refused', message: host.scrub(describeEnd(end)) }]
}

/** The places that a module named, with who set them. None where what it threw only looks as if it named some. */
function namedProblems(
  { scrub }: StepHost,
  unit: UnitId,
  error: unknown,
  origin: CheckTask['origin'],
): readonly Problem[] {
  if (!isTrimtabError(error, 'config_invalid')) return []
  try {
    return problemsOf(error).map(({ path, hint, ...problem }) => ({
      ...problem,
      // A path that holds a secret names no place of a schema.
      ...(path === undefined || scrub(path) !== path
        ? {}
        : { path, origin: problem.origin ?? nearestOrigin(origin, parsePath(path)) }),
      severity: 'error',
      module: unit,
      message: scrub(problem.message),
      ...(hint === undefined ? {} : { hint: scrub(hint) }),
    }))
  } catch {
    return []
  }
}

/** Who set a place; where nobody did, who set what it would stand in. */
function nearestOrigin(origin: CheckTask['origin'], path: Segments): Origin | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const found = origin(path.slice(0, length))
    if (found !== undefined) return found
  }
  return undefined
}
