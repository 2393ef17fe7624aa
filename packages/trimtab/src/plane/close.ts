import { TrimtabError } from '../errors/trimtab-error.ts'
import { defaultTimeouts } from '../modules/define-module.ts'
import type { UnitId } from '../modules/instance.ts'
import { type Budget, runStepWithin } from '../primitives/time/budget.ts'
import type { Clock } from '../primitives/time/clock.ts'
import type { Disposers } from '../primitives/disposers.ts'
import type { Logger } from '../primitives/logger.ts'
import { failureKind } from '../sources/failure-kind.ts'

/** How long closing may take. A later call can make it shorter, never longer. */
export interface CloseOptions {
  /** Milliseconds for everything. Default: as long as the modules' own stop timeouts allow. */
  readonly budget?: number | undefined
  /** Ends the time for it when it aborts: what has not stopped by then is not waited for. */
  readonly signal?: AbortSignal | undefined
}

/** Something that did not end when the plane was closed: a module's resource, or a source. */
export type Unfinished =
  | { readonly kind: 'module'; readonly module: UnitId; readonly error: string }
  | { readonly kind: 'source'; readonly source: string; readonly error: string }

/** What did not end when the plane was closed. */
export interface CloseReport {
  readonly unfinished: readonly Unfinished[]
}

/** Throws `option_invalid` for what is no span of time. */
export function checkSpan(name: string, milliseconds: number | undefined): void {
  if (milliseconds === undefined || milliseconds >= 0) return
  throw new TrimtabError('option_invalid', `The option ${name} has to be milliseconds, 0 or more.`)
}

export interface CloseHost {
  readonly clock: Clock
  readonly logger: Logger
  readonly time: Budget
}

/**
 * Closes what was opened beside the modules, the newest first. One that hangs is given up, after as long as a module has
 * to stop or when the time is over, and the others are closed all the same. Gives the sources it was given up for.
 */
export async function closeSources(
  open: Disposers,
  { clock, logger, time }: CloseHost,
): Promise<readonly Unfinished[]> {
  const hanging = new Map<string, string>()
  const errors = await open.dispose(async ({ cleanup, names }) => {
    const end = await runStepWithin(time, { clock, timeout: defaultTimeouts.stopTimeout, run: cleanup })
    if (end.kind === 'failed') throw end.error
    if (end.kind === 'done') return
    for (const name of names())
      if (!hanging.has(name)) hanging.set(name, `did not close within ${Math.round(end.elapsed)} ms`)
  })
  for (const error of errors) logger.warn(`Closing met an error (${failureKind(error)})`)
  return [...hanging].map(([source, error]) => ({ kind: 'source', source, error }))
}
