import { AssertionError } from 'node:assert'
import { describeThrown } from '../../errors/trimtab-error.ts'
import { systemClock } from '../../primitives/time/clock.ts'
import { runStep } from '../../primitives/time/deadline.ts'

/** One promise of a contract, as a test for any runner: `run` rejects with a clear message when it is not kept. */
export interface ContractCase {
  /** The promise, as a sentence. */
  readonly name: string
  readonly run: () => Promise<void>
}

/** Throws an `AssertionError`, which every runner shows as a failed test. */
export function assertThat(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError({ message })
}

/** What `promise` gives; an `AssertionError` saying that `what` did not happen when it takes longer or rejects. */
export async function within<T>(timeout: number, what: string, promise: PromiseLike<T>): Promise<T> {
  const end = await runStep({ clock: systemClock, timeout, run: () => promise })
  switch (end.kind) {
    case 'done':
      return end.value
    case 'failed':
      if (end.error instanceof AssertionError) throw end.error
      throw new AssertionError({ message: `${what}: failed with ${describeThrown(end.error)}` })
    case 'timed_out':
      throw new AssertionError({ message: `${what}: did not happen within ${timeout} ms` })
    case 'aborted':
      throw end.error
    default:
      return end satisfies never
  }
}
