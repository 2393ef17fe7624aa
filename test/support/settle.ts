import type { ManualClock } from 'trimtab/testing'

/** Moves time from timer to timer until `promise` has settled: at most `most` of them, then it is taken to hang. */
export async function settle<T>(clock: ManualClock, promise: Promise<T>, most = 500): Promise<T> {
  let open = true
  const watched = promise.finally(() => {
    open = false
  })
  watched.catch(() => {})
  await clock.advance(0)
  for (let timers = 0; open && timers < most; timers += 1) await clock.runNext()
  if (open) throw new Error(`Still waiting after ${most} timers`)
  return watched
}
