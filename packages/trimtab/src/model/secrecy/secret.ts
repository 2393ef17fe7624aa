import { isDeepStrictEqual } from 'node:util'

const marker = Symbol.for('trimtab.secret')
const inspect = Symbol.for('nodejs.util.inspect.custom')

/** How a secret is printed, everywhere. */
export const redacted = '[secret]'

/**
 * A value that only `reveal()` gives. Every other way of printing it, by string, JSON, `util.inspect` or a logger's
 * serializer, gives `[secret]`.
 *
 * @example
 * const pool = new Pool({ connectionString: plane.config.pool.url.reveal() })
 * console.log(plane.config.pool.url) // [secret]
 */
export class Secret<T = string> {
  readonly #value: T

  constructor(value: T) {
    this.#value = value
    Object.freeze(this)
  }

  /** The value itself. Call it where the value is used, and keep what it gives out of messages. */
  reveal(): T {
    return this.#value
  }

  /** Whether both hold the same content, without revealing either. */
  equals(other: unknown): boolean {
    return isSecret(other) && isDeepStrictEqual(other.reveal(), this.#value)
  }

  toString(): string {
    return redacted
  }

  toJSON(): string {
    return redacted
  }

  [inspect](): string {
    return redacted
  }

  get [marker](): true {
    return true
  }
}

/**
 * True for a secret made by any copy of the package.
 *
 * @example
 * const shown = (value: unknown) => (isSecret(value) ? '[secret]' : JSON.stringify(value))
 * shown(plane.config.pool.url) // '[secret]'
 */
export function isSecret(value: unknown): value is Secret<unknown> {
  return typeof value === 'object' && value !== null && marker in value
}
