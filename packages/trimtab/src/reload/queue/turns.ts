/** One job at a time, in the order they came; a job that must not wait goes before those that wait. */
export interface Turns {
  /** Runs `job` when it is its turn, never at once. It must not reject: it answers its callers itself. */
  enqueue(job: () => Promise<void>, place?: 'first' | 'last'): void
  /** Resolves when nothing runs or waits. */
  idle(): Promise<void>
}

export function createTurns(): Turns {
  const waiting: (() => Promise<void>)[] = []
  let running: Promise<void> | undefined

  const drain = async () => {
    // Callers that come in the same tick as the first one share its pass.
    await Promise.resolve()
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) await job()
    running = undefined
  }
  return {
    enqueue(job, place = 'last') {
      if (place === 'first') waiting.unshift(job)
      else waiting.push(job)
      running ??= drain()
    },
    async idle() {
      while (running !== undefined) await running
    },
  }
}
