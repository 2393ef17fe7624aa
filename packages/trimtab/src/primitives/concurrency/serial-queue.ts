/** Runs tasks one after another in the order they came. A failing task rejects its own promise and harms no other. */
export interface SerialQueue {
  run<T>(task: () => T | Promise<T>): Promise<T>
  /** Resolves when everything queued so far has settled. */
  idle(): Promise<void>
}

export function serialQueue(): SerialQueue {
  let tail: Promise<unknown> = Promise.resolve()
  return {
    run(task) {
      const result = tail.then(task)
      tail = result.catch(() => {})
      return result
    },
    async idle() {
      await tail
    },
  }
}
