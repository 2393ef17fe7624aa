import { type ErrorCode, errorCodes } from '../../errors/error-codes.ts'
import type { Layout } from '../render/layout.ts'

/** What a command has found out: for machines, for people, and as an exit code. */
export interface Answer {
  readonly document: object
  readonly text: (layout: Layout) => string
  readonly exitCode: number
}

export function exitCodeOf(code: ErrorCode): number {
  return errorCodes[code].exitCode
}
