/**
 * Calls `work` for each item, at most `limit` at a time, in order. Ends early when `signal` aborts. `work` should not
 * reject: the first rejection is given when those under way have ended, and nothing more is begun.
 */
export async function inParallel<T>(
  items: Iterable<T>,
  { limit, signal }: { readonly limit: number; readonly signal?: AbortSignal | undefined },
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const iterator = items[Symbol.iterator]()
  let failed = false
  const worker = async () => {
    for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
      if (failed || signal?.aborted) return
      try {
        await work(next.value)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: limit }, worker))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}
