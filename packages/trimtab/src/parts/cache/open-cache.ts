import type { Clock } from '../../primitives/time/clock.ts'

/** Values that are kept for a while, the most recently used ones. `undefined` is no value: it is loaded again each time. */
export interface Cache<Value> {
  /** The value, unless it is unknown or older than the time to live. */
  get(key: string): Value | undefined
  /** Keeps a value from now on. One that is larger than the whole cache is not kept. */
  set(key: string, value: Value): void
  /**
   * The value that is kept, or what `load` gives, which is kept then. Callers who come meanwhile wait for the same loading.
   * Rejects as `load` does, and the next caller tries again. What was deleted while it was loaded is not kept.
   */
  getOrLoad(key: string, load: () => Value | PromiseLike<Value>): Promise<Value>
  delete(key: string): void
  clear(): void
  readonly stats: CacheStats
}

/** How a cache is doing, counted since it was started. */
export interface CacheStats {
  /** What is kept now, with what is too old and was not asked for since. */
  readonly entries: number
  /** Of these, by `sizeOf`; 0 without `maxBytes`. */
  readonly bytes: number
  readonly hits: number
  readonly misses: number
  /** Values that had to go for newer ones. */
  readonly evictions: number
}

/** What can be changed of a cache that is in use. */
export interface CacheLimits {
  readonly maxEntries: number
  readonly maxBytes?: number | undefined
  /** Milliseconds; 0 for ever. */
  readonly ttl: number
}

export interface Entry<Value> {
  readonly value: Value
  readonly at: number
}

type Attic<Value> = Map<string, Entry<Value>>

/** The part of `lru-cache` that is used. Keys are walked from the least recently used to the most. */
export interface Kept<Value> {
  readonly size: number
  readonly calculatedSize: number
  get(key: string): Entry<Value> | undefined
  peek(key: string): Entry<Value> | undefined
  has(key: string): boolean
  set(key: string, entry: Entry<Value>): unknown
  delete(key: string): unknown
  clear(): void
  rkeys(): Iterable<string>
}

export interface CacheParts<Value> {
  readonly clock: Clock
  /** `lru-cache` can't change the size of a cache: another size is another one. */
  readonly make: (limits: CacheLimits, onEvict: (key: string, entry: Entry<Value>) => void) => Kept<Value>
}

/** One cache whose size and time to live change while it is used. */
export class OpenCache<Value> implements Cache<Value> {
  readonly #parts: CacheParts<Value>
  readonly #loading = new Map<string, Promise<Value>>()
  #limits: CacheLimits
  #kept: Kept<Value>
  /** What smaller sizes put out, each kept alive by its undo alone: as long as the change can be taken back. */
  #attics: readonly WeakRef<Attic<Value>>[] = []
  #hits = 0
  #misses = 0
  #evictions = 0

  constructor(parts: CacheParts<Value>, limits: CacheLimits) {
    this.#parts = parts
    this.#limits = limits
    this.#kept = this.#make(limits)
  }

  get limits(): CacheLimits {
    return this.#limits
  }

  get stats(): CacheStats {
    const { size, calculatedSize } = this.#kept
    return {
      entries: size,
      bytes: calculatedSize,
      hits: this.#hits,
      misses: this.#misses,
      evictions: this.#evictions,
    }
  }

  get(key: string): Value | undefined {
    const entry = this.#kept.get(key)
    const { ttl } = this.#limits
    if (entry !== undefined && (ttl === 0 || this.#parts.clock.monotonic() - entry.at < ttl)) {
      this.#hits += 1
      return entry.value
    }
    this.#misses += 1
    if (entry !== undefined) this.#kept.delete(key)
    return undefined
  }

  set(key: string, value: Value): void {
    this.#forget(key)
    this.#kept.set(key, { value, at: this.#parts.clock.monotonic() })
  }

  async getOrLoad(key: string, load: () => Value | PromiseLike<Value>): Promise<Value> {
    const known = this.get(key)
    if (known !== undefined) return known
    const begun = this.#loading.get(key)
    if (begun !== undefined) return begun
    const loading = (async () => load())()
    this.#loading.set(key, loading)
    try {
      const value = await loading
      if (this.#loading.get(key) === loading) this.set(key, value)
      return value
    } finally {
      if (this.#loading.get(key) === loading) this.#loading.delete(key)
    }
  }

  delete(key: string): void {
    this.#forget(key)
    this.#kept.delete(key)
  }

  clear(): void {
    this.#loading.clear()
    for (const attic of this.#attics) attic.deref()?.clear()
    this.#kept.clear()
  }

  /** Takes other limits over, and gives what takes them back: with what they put out, unless it was deleted or set since. */
  apply(limits: CacheLimits): () => void {
    const previous = this.#limits
    const attic: Attic<Value> = new Map()
    this.#resize(limits, { returning: new Map(), attic })
    this.#attics = [...this.#aliveAttics(), new WeakRef(attic)]
    return () => {
      this.#attics = this.#attics.filter((each) => each.deref() !== attic)
      // What has no room after this undo can have it after the one of the change before.
      this.#resize(previous, { returning: attic, attic: this.#aliveAttics().at(-1)?.deref() })
    }
  }

  /** Makes a cache of what is there and of what had been put out, which counts as the least recently used. */
  #resize(limits: CacheLimits, moved: { returning: Attic<Value>; attic: Attic<Value> | undefined }): void {
    const { maxEntries, maxBytes } = this.#limits
    if (limits.maxEntries !== maxEntries || limits.maxBytes !== maxBytes) {
      const current = this.#kept
      const next = this.#make(limits, (key, entry) => moved.attic?.set(key, entry))
      for (const [key, entry] of moved.returning) if (!current.has(key)) next.set(key, entry)
      for (const key of current.rkeys()) {
        const entry = current.peek(key)
        if (entry !== undefined) next.set(key, entry)
      }
      this.#kept = next
    } else {
      // Of the same size: there is no more room than before.
      for (const [key, entry] of moved.returning) moved.attic?.set(key, entry)
    }
    this.#limits = limits
  }

  #aliveAttics(): readonly WeakRef<Attic<Value>>[] {
    return this.#attics.filter((each) => each.deref() !== undefined)
  }

  #make(limits: CacheLimits, whileFilling?: (key: string, entry: Entry<Value>) => void): Kept<Value> {
    const made: Kept<Value> = this.#parts.make(limits, (key, entry) => {
      if (this.#kept !== made) whileFilling?.(key, entry)
      else this.#evictions += 1
    })
    return made
  }

  /** What is known of it from earlier is no longer so. */
  #forget(key: string): void {
    this.#loading.delete(key)
    for (const attic of this.#attics) attic.deref()?.delete(key)
  }
}
