import type { Disposer, Outcome, OutcomeStatus, Plane } from 'trimtab'

/** Calls `listener` with every outcome that is told from now on, as the plane remembers it. */
export function onOutcome(
  plane: Pick<Plane<unknown>, 'events' | 'outcomes'>,
  listener: (outcome: Outcome) => unknown,
): Disposer {
  return plane.events.on((event) => {
    if (event.type !== 'dev.trimtab.reload.completed') return undefined
    const outcome = plane.outcomes.find(({ id }) => id === event.reloadid)
    return outcome === undefined ? undefined : listener(outcome)
  })
}

/** The next outcome of one of these kinds, from whatever asked for it. */
export function nextOutcome(plane: Plane<unknown>, ...wanted: readonly OutcomeStatus[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const stop = onOutcome(plane, (outcome) => {
      if (!wanted.includes(outcome.status)) return
      stop()
      resolve(outcome)
    })
  })
}
