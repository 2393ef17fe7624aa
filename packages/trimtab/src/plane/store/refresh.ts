import type { SourceName } from '../../model/source-name.ts'
import { abortable, abortReason } from '../../primitives/concurrency/abort.ts'
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
  readonly tenants: RefreshedTenants | undefined
}

/** What tenants have of their own. */
export interface RefreshedTenants {
  readonly name: SourceName
  /** Has it read by whoever reads it by itself, and is none of the sources. */
  refresh(signal: AbortSignal): Promise<void>
  /** Takes it in as it is now. */
  catchUp(): Promise<void>
}

/** Catches up with everything that reads by itself, all at once, and takes in what that gives. */
export async function refresh(
  { engine, opened, stores, tenants }: RefreshParts,
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
    await refreshAll(
      [
        ...opened.map(({ source, reader }) => ({ name: source.name, refresh: async () => reader.refresh?.(signal) })),
        ...(tenants === undefined ? [] : [{ name: tenants.name, refresh: () => tenants.refresh(signal) }]),
      ],
      signal,
    )
  } finally {
    stop()
  }
  const outcomes = await Promise.all(joined)
  if (tenants !== undefined) await abortable(tenants.catchUp(), signal)
  return outcomes.findLast(({ status }) => status !== 'unchanged') ?? outcomes.at(-1) ?? (await reload())
}

/** Throws `source_unreadable` with all that could not be asked. */
async function refreshAll(
  all: readonly { readonly name: SourceName; readonly refresh: () => Promise<void> }[],
  signal: AbortSignal,
): Promise<void> {
  const problems = await Promise.all(
    all.map(async ({ name, refresh: each }): Promise<readonly Problem[]> => {
      try {
        await each()
        return []
      } catch (error) {
        return [unreadable(name, error)]
      }
    }),
  )
  if (signal.aborted) throw abortReason(signal)
  if (problems.flat().length > 0) throw sourceUnreadable(problems.flat())
}
