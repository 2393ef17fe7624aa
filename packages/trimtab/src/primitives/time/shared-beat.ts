import { hrtime } from 'node:process'

/**
 * A sign of life that threads share: one writes when it last was able to, the others read how long ago that was. Taken from
 * the machine's own monotonic clock, which is the same in all threads.
 */
export interface SharedBeat {
  /** To be given to another thread. */
  readonly memory: SharedArrayBuffer
  beat(): void
  /** Milliseconds since the last beat. */
  age(): number
}

export function createSharedBeat(memory = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT)): SharedBeat {
  const beats = new BigInt64Array(memory)
  return {
    memory,
    beat: () => void Atomics.store(beats, 0, hrtime.bigint()),
    age: () => Number(hrtime.bigint() - Atomics.load(beats, 0)) / 1e6,
  }
}
