/** Undoes something. Calling it again changes nothing. */
export type Disposer = () => void

type Cleanup = () => unknown

/** One thing to close. */
interface Closing {
  readonly cleanup: Cleanup
  /** What it closes, for whoever has to name what did not. */
  readonly names: () => readonly string[]
}

/**
 * What an owner has opened, closed in reverse order. Closing goes on when one closing fails, and gives all errors; what
 * is added after closing is closed at once, so that a late opening cannot leak.
 */
export interface Disposers {
  add(cleanup: Cleanup, names?: Closing['names']): void
  /** Closes everything once, each by `run`, which may give one up; later calls wait for the same closing. */
  dispose(run?: (closing: Closing) => unknown): Promise<readonly unknown[]>
}

export function disposers(): Disposers {
  const closings: Closing[] = []
  const errors: unknown[] = []
  let over: Promise<readonly unknown[]> | undefined
  let runner = ({ cleanup }: Closing): unknown => cleanup()

  const attempt = async (closing: Closing) => {
    try {
      await runner(closing)
    } catch (error) {
      errors.push(error)
    }
  }
  const closeAll = async () => {
    for (let closing = closings.pop(); closing !== undefined; closing = closings.pop()) await attempt(closing)
    return errors
  }
  return {
    add(cleanup, names = () => []) {
      const closing = { cleanup, names }
      if (over === undefined) closings.push(closing)
      else over = over.then(() => attempt(closing)).then(() => errors)
    },
    dispose(run = runner) {
      if (over !== undefined) return over
      runner = run
      over = closeAll()
      return over
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
