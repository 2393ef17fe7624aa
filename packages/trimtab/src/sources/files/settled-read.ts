import { type Clock, sleep } from '../../primitives/time/clock.ts'
import type { FileRead } from '../read-file.ts'

export interface SettleTimings {
  /** Milliseconds between two readings. */
  readonly settle: number
  /** Milliseconds after which the last reading counts, whatever it is. */
  readonly maximumWait: number
}

/**
 * Reads again while what was read looks like the middle of a change, so that a file which is just being written,
 * replaced or emptied is not taken for its final state. Rejects when `signal` aborts.
 */
export async function readSettled<T>(
  read: () => Promise<T>,
  isEnough: (result: T) => boolean,
  { settle, maximumWait, clock, signal }: SettleTimings & { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<T> {
  const startedAt = clock.monotonic()
  for (;;) {
    const result = await read()
    if (isEnough(result) || clock.monotonic() - startedAt >= maximumWait) return result
    await sleep(clock, settle, signal)
  }
}

/** Whether a file can be taken at its word: what is suddenly gone or empty, or was written to while it was read, can't be. */
export function isSettled(read: FileRead, hadContent: boolean): boolean {
  switch (read.kind) {
    case 'read':
      return read.isWhole && (read.bytes.length > 0 || !hadContent)
    case 'absent':
      return !hadContent
    case 'refused':
      return true
    default:
      return read satisfies never
  }
}
