import { abortReason } from '../../primitives/concurrency/abort.ts'
import type { OpenSource } from '../../reload/candidate/read-layers.ts'
import type { Engine } from '../../reload/engine.ts'
import type { Outcome } from '../../reload/outcome.ts'
import { type Problem, sourceUnreadable } from '../../schema/problem.ts'
import { unreadable } from '../../store/source/store-source.ts'
import type { PlaneStores } from './plane-stores.ts'

export interface RefreshParts {
  readonly engine: Engine
  readonly opened: readonly OpenSource[]
  readonly stores: PlaneStores
  /** Takes in what tenants have of their own now. */
  readonly catchUpTenants: () => Promise<unknown>
}

/** Catches up with every source that reads by itself, all at once, and takes in what that gives. */
export async function refresh(
  { engine, opened, stores, catchUpTenants }: RefreshParts,
  signal: AbortSignal,
): Promise<Outcome> {
  const reload = () => engine.reload({ trigger: 'manual', signal })
  // What has moved is joined at once: asked for later, the pass would find that nothing has changed.
  const joined: Promise<Outcome>[] = []
  const stop = stores.events.on(({ event }) => {
    if (event.kind !== 'advanced' && event.kind !== 'adopted') return
    const outcome = reload()
    outcome.catch(() => {})
    joined.push(outcome)
  })
  try {
    await refreshSources(opened, signal)
  } finally {
    stop()
  }
  const outcomes = await Promise.all(joined)
  await catchUpTenants()
  return outcomes.findLast(({ status }) => status !== 'unchanged') ?? outcomes.at(-1) ?? (await reload())
}

/** Throws `source_unreadable` with all that could not be asked. */
async function refreshSources(opened: readonly OpenSource[], signal: AbortSignal): Promise<void> {
  const problems = await Promise.all(
    opened.map(async ({ source, reader }): Promise<readonly Problem[]> => {
      try {
        await reader.refresh?.(signal)
        return []
      } catch (error) {
        return [unreadable(source.name, error)]
      }
    }),
  )
  if (signal.aborted) throw abortReason(signal)
  if (problems.flat().length > 0) throw sourceUnreadable(problems.flat())
}
