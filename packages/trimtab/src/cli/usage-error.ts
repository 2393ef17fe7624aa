import type { ErrorCode } from '../errors/error-codes.ts'
import { TrimtabError } from '../errors/trimtab-error.ts'

/** An error of the person at the keyboard, with the next step as a sentence of its own. */
export function usageError(message: string, next: string, cause?: unknown): TrimtabError {
  return errorWithNext('option_invalid', message, next, cause)
}

export function errorWithNext(code: ErrorCode, message: string, next: string, cause?: unknown): TrimtabError {
  return new TrimtabError(code, message, { details: { next }, ...(cause === undefined ? {} : { cause }) })
}

/** What to do about an error: its own advice, or that of its code. */
export function nextStepOf(error: TrimtabError): string {
  const { next } = error.details
  return typeof next === 'string' ? next : error.kind.action
}
