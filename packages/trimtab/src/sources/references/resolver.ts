import type { Result } from '../../primitives/result.ts'

/** Why a reference gave no value. `message` follows the reference's name: it never holds a value. */
export interface ReferenceFailure {
  /**
   * `unset`: there is no such thing. `refused`: there may be, but it must not be read. `failed`: it could not be read
   * this time.
   */
  readonly kind: 'unset' | 'refused' | 'failed'
  /** A phrase after the name: `is not set`, `is larger than 64 KiB`. */
  readonly message: string
  /** What to do about it, as a sentence. */
  readonly hint?: string | undefined
}

/**
 * Where references of one scheme lead. The ready ones read the environment and files; another, for a secret manager, is
 * written against this contract and given to the plane.
 *
 * Values are used as they come: a value that contains `${env:X}` is not expanded again.
 *
 * @example
 * const vault: ReferenceResolver = {
 *   scheme: 'vault',
 *   async resolve(name, { signal }) {
 *     const answer = await client.read(name, { signal })
 *     if (answer === undefined) return { ok: false, error: { kind: 'unset', message: 'is not in Vault' } }
 *     return { ok: true, value: answer }
 *   },
 * }
 */
export interface ReferenceResolver {
  /** What stands before the colon: lower-case letters, digits, `+`, `.` and `-`, beginning with a letter; at most 32. */
  readonly scheme: string
  /**
   * Gives the value of one name. It is called once per name and reading, under a deadline; its signal aborts when that
   * passes. What it throws counts as `failed`, and only the kind of what was thrown is shown.
   */
  resolve(name: string, options: { readonly signal: AbortSignal }): Promise<Result<string, ReferenceFailure>>
  /**
   * Calls `wake` when the value may have changed, until `signal` aborts; then it resolves. Wake-ups may come too often;
   * when it rejects it is started again with a back-off. Absent where values do not change.
   */
  watch?(name: string, wake: () => void, signal: AbortSignal): Promise<void>
}
