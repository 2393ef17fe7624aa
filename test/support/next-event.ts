import type { Outcome, OutcomeStatus, Plane } from 'trimtab'

/** The next outcome of one of these kinds, from whatever asked for it. */
export function nextOutcome(plane: Plane<unknown>, ...wanted: readonly OutcomeStatus[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const stop = plane.events.on((event) => {
      if (event.kind !== 'settled' || !wanted.includes(event.outcome.status)) return
      stop()
      resolve(event.outcome)
    })
  })
}
