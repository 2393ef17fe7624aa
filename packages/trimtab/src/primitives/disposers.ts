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
/** Ends a value that has a way to be ended: `Symbol.asyncDispose`, `Symbol.dispose` or `close()`. Others are left alone. */
export async function disposeValue(value: unknown): Promise<void> {
  if (typeof value !== 'object' || value === null) return
  for (const name of [Symbol.asyncDispose, Symbol.dispose, 'close'] as const) {
    // Node 20 may lack the dispose symbols of a value made elsewhere; a missing method is simply not there.
    const method: unknown = Reflect.get(value, name)
    if (typeof method !== 'function') continue
    await Reflect.apply(method, value, [])
    return
  }
}
