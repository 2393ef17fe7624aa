import { describeThrown } from '../../errors/trimtab-error.ts'

// A registered symbol: two copies of the package in one process recognise each other's errors.
const marker = Symbol.for('trimtab.temporary')

/** How far a chain of causes is followed. */
const longestChain = 32

/**
 * Marks an error as one that passes by itself: a health check that throws it, or an error with it among its causes, counts
 * as degraded and not as unhealthy.
 *
 * @example
 * const check = {
 *   name: 'queue',
 *   run() {
 *     if (queue.isRebalancing) throw temporary(new Error('the queue is being rebalanced'))
 *   },
 * }
 */
export function temporary(error: unknown): Error {
  const marked = new Error(describeThrown(error), { cause: error })
  Object.defineProperty(marked, marker, { value: true })
  return marked
}

/** Whether what was thrown, or anything in its chain of causes, is temporary. Survives hostile objects. */
export function isTemporary(thrown: unknown): boolean {
  try {
    let each = thrown
    for (let depth = 0; depth < longestChain && typeof each === 'object' && each !== null; depth += 1) {
      if (marker in each) return true
      each = 'cause' in each ? each.cause : undefined
    }
  } catch {
    // What cannot be looked into says nothing.
  }
  return false
}
