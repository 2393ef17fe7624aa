import type { z } from 'zod'
import type { DeepReadonly } from '../../model/deep-readonly.ts'
import { createBudget } from '../../primitives/time/budget.ts'
import { keptAlive } from '../../primitives/time/clock.ts'
import { disposers } from '../../primitives/disposers.ts'
import { prepare } from '../../reload/candidate/prepare.ts'
import type { ConfigDefinition, ConfigSchema } from '../../schema/define-config.ts'
import { configInvalid, printProblem, sourceUnreadable } from '../../schema/problem.ts'
import { ambient } from '../ambient.ts'
import { loggerOf, openReading, timeOf } from '../assembly.ts'
import { closeSources } from '../close.ts'
import { checkConfig, checkLogger, checkSources, type PlaneOptions } from '../options.ts'

/** What `loadConfig` reads, and when it gives up: at most 10 s for each source, or when `signal` aborts. */
export interface LoadConfigOptions<Schema extends ConfigSchema>
  extends Pick<PlaneOptions<Schema>, 'config' | 'sources' | 'references' | 'clock' | 'logger'> {
  readonly signal?: AbortSignal | undefined
}

/** Everything behind `loadConfig`, loaded at its first call. */
export async function loadOnce<Schema extends ConfigSchema>(
  options: LoadConfigOptions<Schema>,
): Promise<DeepReadonly<z.output<Schema>>> {
  const { sources, references, signal = new AbortController().signal } = options
  // The schema's type matters to the caller alone.
  const definition: ConfigDefinition = options.config
  checkConfig(definition)
  checkSources(sources)
  if (options.logger !== undefined && options.logger !== false) checkLogger(options.logger)
  const logger = loggerOf(options.logger)
  const open = disposers()
  try {
    const host = { ...timeOf(options), shape: definition.shape }
    const { loader, isReference } = openReading(
      { definition, sources, references, readTimeout: undefined, host, env: ambient().env },
      open,
    )
    // A source that never answers is an error after its time, and not the silent end of a process with nothing else to do.
    const loaded = await keptAlive(() => loader.load(signal))
    if (loaded.kind === 'unreadable') throw sourceUnreadable(loaded.problems)
    if (loaded.kind === 'invalid') throw configInvalid(loaded.problems)
    const prepared = prepare(loaded.content, {
      definition,
      current: undefined,
      pinnedSections: [],
      // Nothing is compared, so that no fingerprint is made.
      basis: { key: new Uint8Array(32), isReference },
    })
    if (!prepared.ok) throw configInvalid(prepared.problems)
    for (const warning of prepared.candidate.warnings) logger.warn(printProblem(warning))
    // The definition's own validation made it.
    return prepared.candidate.config as DeepReadonly<z.output<Schema>>
  } finally {
    const { clock } = timeOf(options)
    await keptAlive(() => closeSources(open, { clock, logger, time: createBudget(clock) }))
  }
}
