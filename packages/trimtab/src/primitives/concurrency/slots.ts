import { type Deferred, deferred } from './deferred.ts'

/** Lets so much work go on at the same time; further work waits its turn, in the order in which it came. */
export interface Slots {
  run<T>(work: () => Promise<T>): Promise<T>
}

export function createSlots(limit: number): Slots {
  const waiting: Deferred<void>[] = []
  let free = limit
  return {
    async run(work) {
      if (free > 0) free -= 1
      else {
        const turn = deferred<void>()
        waiting.push(turn)
        await turn.promise
      }
      try {
        return await work()
      } finally {
        // The slot goes from hand to hand, so that nobody who comes meanwhile is before those who wait.
        const next = waiting.shift()
        if (next === undefined) free += 1
        else next.resolve()
      }
    },
  }
}
