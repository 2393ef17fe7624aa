import { type ErrorCode, errorCodes } from '../../errors/error-codes.ts'
import { describeThrown, isTrimtabError, TrimtabError } from '../../errors/trimtab-error.ts'
import { nextStepOf } from '../usage-error.ts'

/** What any command prints with `--json` when it could not answer. */
export interface ErrorDocument {
  readonly error: {
    readonly code: ErrorCode
    readonly title: string
    readonly message: string
    /** What to do. */
    readonly next: string
    readonly exitCode: number
  }
}

/** Whatever was thrown as an error of the table; what it does not know is `internal`. */
export function toKnownError(thrown: unknown): TrimtabError {
  // Another copy of the package may know codes that this one does not.
  if (isTrimtabError(thrown) && Object.hasOwn(errorCodes, thrown.code)) return thrown
  return new TrimtabError('internal', describeThrown(thrown), { cause: thrown })
}

export function errorDocument(error: TrimtabError): ErrorDocument {
  const { title, exitCode } = error.kind
  return { error: { code: error.code, title, message: error.message, next: nextStepOf(error), exitCode } }
}
