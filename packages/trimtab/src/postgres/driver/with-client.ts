import { abortReason, onAbort } from '../../primitives/concurrency/abort.ts'
import type { Clock } from '../../primitives/time/clock.ts'
import { runStep } from '../../primitives/time/deadline.ts'
import { cutOff } from './end-client.ts'
import type { PgPoolLike, PooledClientLike } from './pg-types.ts'

interface Turn {
  readonly clock: Clock
  /** Milliseconds that all of it may take, waiting for a connection included. */
  readonly timeout: number
  readonly signal: AbortSignal | undefined
}

/**
 * Works on a connection of the pool. When it takes too long or the signal aborts, the connection is cut: nothing can be
 * known of what it is at, and the next one who got it would wait for it.
 */
export async function withClient<T>(
  pool: PgPoolLike,
  { clock, timeout, signal }: Turn,
  work: (client: PooledClientLike) => Promise<T>,
): Promise<T> {
  const run = async (over: AbortSignal): Promise<T> => {
    const client = await pool.connect()
    if (over.aborted) {
      client.release()
      throw abortReason(over)
    }
    // Without a listener, the loss of a connection that is in use would end the process. Its user learns it by the query.
    const ignore = () => {}
    client.on('error', ignore)
    const stopListening = onAbort(over, () => cutOff(client))
    let isBroken = true
    try {
      const result = await work(client)
      isBroken = false
      return result
    } catch (error) {
      // An answer of the server leaves the connection as it was.
      isBroken = !(error instanceof Error && 'severity' in error && error.severity === 'ERROR')
      throw error
    } finally {
      stopListening()
      client.removeListener('error', ignore)
      client.release(isBroken || over.aborted)
    }
  }
  const end = await runStep({ clock, timeout, signal, run, onLate: () => {} })
  switch (end.kind) {
    case 'done':
      return end.value
    case 'failed':
    case 'aborted':
      throw end.error
    case 'timed_out':
      throw new Error(`The deadline of ${timeout} ms passed`)
    default:
      return end satisfies never
  }
}
