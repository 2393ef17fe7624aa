import { TrimtabError } from '../../errors/trimtab-error.ts'
import { childController } from '../../primitives/concurrency/abort.ts'
import { type Clock, sleep } from '../../primitives/time/clock.ts'
import { runStep } from '../../primitives/time/deadline.ts'
import type { EnvironmentDocument } from '../document.ts'
import type { FollowedStore } from './environment-feed.ts'
import { feedTimings } from './feed-timings.ts'

interface Terms {
  readonly clock: Clock
  /** Milliseconds. */
  readonly timeout: number
  readonly signal: AbortSignal
  /** Called where there was no answer in time, which is neither a refusal nor a leave. */
  readonly onTimeout?: () => void
}

/** One request under a deadline. Its late answer is nobody's: what it would have told is read again. */
export async function askStore<T>(
  { clock, timeout, signal, onTimeout }: Terms,
  request: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const end = await runStep({ clock, timeout, signal, run: request })
  switch (end.kind) {
    case 'done':
      return end.value
    case 'failed':
    case 'aborted':
      throw end.error
    case 'timed_out':
      onTimeout?.()
      throw new TrimtabError('store_unavailable', `The store did not answer within ${timeout} ms.`)
    default:
      return end satisfies never
  }
}

/**
 * Reads everything. That may take long, and the connection it was asked on may have gone silent: nobody can tell which. So it
 * is asked for again beside, over and over and each time for a short while, and the first answer is taken.
 */
export async function readAll({
  store,
  environment,
  clock,
  signal: over,
}: {
  readonly store: Pick<FollowedStore, 'readEnvironment'>
  readonly environment: string
  readonly clock: Clock
  readonly signal: AbortSignal
}): Promise<EnvironmentDocument> {
  const { readTimeout, fullReadTimeout } = feedTimings
  const { controller, release } = childController(over)
  const { signal } = controller
  const read = (timeout: number) =>
    askStore({ clock, timeout, signal }, (each) => store.readEnvironment(environment, each))
  const pause = () => {
    const paused = sleep(clock, readTimeout, signal)
    // Nobody waits for the last one.
    paused.catch(() => {})
    return paused
  }
  const impatient = async (): Promise<EnvironmentDocument> => {
    for (let paused = pause(); ; ) {
      await paused
      paused = pause()
      // Why it can't be read is told by the patient one.
      const answer = await read(readTimeout).catch(() => undefined)
      if (answer !== undefined) return answer
    }
  }
  const attempts = [read(fullReadTimeout), impatient()]
  try {
    return await Promise.race(attempts)
  } finally {
    controller.abort()
    release()
    await Promise.allSettled(attempts)
  }
}
