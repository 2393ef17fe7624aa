import { type ErrorCode, type ErrorKind, errorCodes } from './error-codes.ts'

/** Data that belongs to one error: places, names, problems. Never a secret. */
export type ErrorDetails = Readonly<Record<string, unknown>>

// A registered symbol: two copies of the package in one process recognise each other's errors.
const marker = Symbol.for('trimtab.error')

export interface TrimtabErrorOptions {
  readonly cause?: unknown
  readonly details?: ErrorDetails | undefined
}

/**
 * The one error class. `code` is stable and listed in `docs/reference/errors.md`; `message` says what was tried, on
 * what, what was expected and what to do; `cause` keeps the original.
 *
 * @example
 * try {
 *   await createPlane(options)
 * } catch (error) {
 *   if (isTrimtabError(error, 'config_invalid')) console.error(error.message)
 * }
 */
export class TrimtabError extends Error {
  override readonly name = 'TrimtabError'
  readonly [marker] = true
  readonly code: ErrorCode
  readonly details: ErrorDetails

  constructor(code: ErrorCode, message: string, options: TrimtabErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.details = Object.freeze({ ...options.details })
  }

  get kind(): ErrorKind {
    return errorCodes[this.code]
  }
}

/**
 * True for an error of Trimtab's, from whichever copy of the package; with `code`, for that code only.
 *
 * @example
 * const settings = await loadConfig({ config, sources }).catch((error: unknown) => {
 *   if (isTrimtabError(error)) process.exitCode = error.kind.exitCode
 *   throw error
 * })
 */
export function isTrimtabError(value: unknown, code?: ErrorCode): value is TrimtabError {
  try {
    if (typeof value !== 'object' || value === null || !(marker in value)) return false
    return code === undefined || ('code' in value && value.code === code)
  } catch {
    // What somebody threw may be an object that throws when it is looked into.
    return false
  }
}

/** What somebody threw, as one line of text. Survives `null`, hostile getters and objects without a message. */
export function describeThrown(thrown: unknown): string {
  try {
    if (thrown instanceof Error) {
      // Both can have been set to anything.
      const said: unknown = (thrown.message as unknown) === '' ? thrown.name : thrown.message
      return String(said)
    }
    if (typeof thrown === 'string') return thrown
    if (typeof thrown === 'object' && thrown !== null && 'message' in thrown) return String(thrown.message)
    return `threw ${thrown === null ? 'null' : typeof thrown}`
  } catch {
    return 'threw something that cannot be read'
  }
}

/** What somebody threw, as an error whose texts have passed through `clean`: a copy, because the original is theirs. */
export function cleanThrown(thrown: unknown, clean: (text: string) => string): Error {
  const copy = new Error(clean(describeThrown(thrown)))
  try {
    if (!(thrown instanceof Error)) return copy
    const { name, stack }: { readonly name: unknown; readonly stack?: unknown } = thrown
    if (typeof stack === 'string') copy.stack = clean(stack)
    // It can have been set to anything, too.
    Object.defineProperty(copy, 'name', { value: clean(String(name)), configurable: true })
  } catch {
    // What can't be looked at has told all it will.
  }
  return copy
}
