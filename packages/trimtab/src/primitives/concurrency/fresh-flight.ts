/**
 * One run at a time, and at most one waiting, which everybody joins who comes meanwhile: what a caller gets is of a run that
 * began after it asked.
 */
export function freshFlight<T>(run: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined
  let waiting: Promise<T> | undefined
  const start = () => {
    const mine = run().finally(() => {
      if (running === mine) running = undefined
    })
    running = mine
    return mine
  }
  const startAfter = async (before: Promise<T>) => {
    await before.catch(() => {})
    waiting = undefined
    return start()
  }
  return () => waiting ?? (running === undefined ? start() : (waiting = startAfter(running)))
}
