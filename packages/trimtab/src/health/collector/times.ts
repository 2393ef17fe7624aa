/** Milliseconds by which a timer may be late in a loop that is merely busy. */
const busy = 50

/** How often the deadline of one run is moved. */
const mostExtensions = 3

/**
 * How much longer a run may take whose deadline was found to have passed `late` milliseconds ago; undefined where it has
 * had its time. A loop that was blocked kept the answer from being read as well: what it took is given back.
 */
export function extensionFor(late: number, run: { readonly extensions: number }, timeout: number): number | undefined {
  if (late <= busy || run.extensions >= mostExtensions) return undefined
  return Math.min(late, timeout)
}

/** The first moment after `now` in the rhythm of `due`: rounds that were missed are not made up for. */
export function roundAfter(due: number, interval: number, now: number): number {
  return due + (Math.floor((now - due) / interval) + 1) * interval
}
