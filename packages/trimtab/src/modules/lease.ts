import { type Deferred, deferred } from '../primitives/concurrency/deferred.ts'

/** Counts who uses a resource, so that it is stopped only after they are done. */
export interface Leases {
  /** Registers a user; the returned function ends its use, once. */
  acquire(user: string): () => void
  /** Who uses it now, by name. */
  readonly users: readonly string[]
  /** Resolves when nobody uses it. */
  drained(): Promise<void>
}

export function createLeases(): Leases {
  const users = new Set<{ readonly user: string }>()
  let waiting: Deferred<void> | undefined
  return {
    acquire(user) {
      const lease = { user }
      users.add(lease)
      return () => {
        users.delete(lease)
        if (users.size > 0) return
        waiting?.resolve()
        waiting = undefined
      }
    },
    get users() {
      return [...users].map(({ user }) => user)
    },
    drained() {
      if (users.size === 0) return Promise.resolve()
      waiting ??= deferred()
      return waiting.promise
    },
  }
}
