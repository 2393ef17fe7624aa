/**
 * All callers that come while `run` is under way share its promise. A settled promise is forgotten, so that a failure
 * is never remembered and the next caller tries again.
 */
export function singleFlight<T>(run: () => Promise<T>): () => Promise<T> {
  let flight: Promise<T> | undefined
  return () => {
    if (flight !== undefined) return flight
    const mine = run().finally(() => {
      if (flight === mine) flight = undefined
    })
    flight = mine
    return mine
  }
}
