/** Undoes something. Calling it again changes nothing. */
export type Disposer = () => void

type Cleanup = () => unknown

/**
 * What an owner has opened, closed in reverse order. Closing goes on when one closing fails, and gives all errors; what
 * is added after closing is closed at once, so that a late opening cannot leak.
 */
export interface Disposers {
  add(cleanup: Cleanup): void
  /** Closes everything once; later calls wait for the same closing. */
  dispose(): Promise<readonly unknown[]>
}

export function disposers(): Disposers {
  const cleanups: Cleanup[] = []
  const errors: unknown[] = []
  let closing: Promise<readonly unknown[]> | undefined

  const attempt = async (cleanup: Cleanup) => {
    try {
      await cleanup()
    } catch (error) {
      errors.push(error)
    }
  }
  const closeAll = async () => {
    for (let cleanup = cleanups.pop(); cleanup !== undefined; cleanup = cleanups.pop()) await attempt(cleanup)
    return errors
  }
  return {
    add(cleanup) {
      if (closing === undefined) cleanups.push(cleanup)
      else closing = closing.then(() => attempt(cleanup)).then(() => errors)
    },
    dispose() {
      closing ??= closeAll()
      return closing
    },
  }
}
