/** What several use, and the last of them gives back. */
export interface Lease<T> {
  readonly value: T
  /** Resolves when it is given back; the last one waits until it is closed. Idempotent. */
  release(): Promise<void>
}

/** Things of which there is one for each owner and name, for as long as somebody uses it. */
export interface Sharing {
  /** What somebody has of that name already, or else what `make` gives. A name always stands for the same kind of thing. */
  lease<T extends { close(): Promise<void> }>(owner: object, name: string, make: () => T): Lease<T>
}

interface Shared {
  readonly value: { close(): Promise<void> }
  users: number
}

export function createSharing(): Sharing {
  const owners = new Map<object, Map<string, Shared>>()
  return {
    lease<T extends { close(): Promise<void> }>(owner: object, name: string, make: () => T): Lease<T> {
      const named = owners.get(owner) ?? new Map<string, Shared>()
      const shared = named.get(name) ?? { value: make(), users: 0 }
      owners.set(owner, named.set(name, shared))
      shared.users += 1
      let released: Promise<void> | undefined
      const release = async () => {
        shared.users -= 1
        if (shared.users > 0) return
        named.delete(name)
        if (named.size === 0) owners.delete(owner)
        await shared.value.close()
      }
      // Whoever made it made it for this name.
      return { value: shared.value as T, release: () => (released ??= release()) }
    },
  }
}
