import { type Origin, printOrigin } from '../../model/origin.ts'
import type { Problem } from '../../schema/problem.ts'

/** A problem or warning, for machines. It holds no value of the configuration. */
export interface ProblemDocument {
  readonly code: string
  readonly severity: 'error' | 'warning'
  readonly path: string | null
  readonly origin: OriginDocument | null
  readonly module: string | null
  readonly message: string
  readonly hint: string | null
}

/** Who set a value. `place` is what a person reads: `config.yaml:3:8`, `env APP_PORT`. */
export interface OriginDocument {
  readonly source: string
  readonly place: string
  readonly file: string | null
  readonly line: number | null
  readonly column: number | null
}

export function problemDocument({ code, severity, path, origin, module, message, hint }: Problem): ProblemDocument {
  return {
    code,
    severity,
    path: path ?? null,
    origin: origin === undefined ? null : originDocument(origin),
    module: module ?? null,
    message,
    hint: hint ?? null,
  }
}

export function originDocument(origin: Origin): OriginDocument {
  const { source, location } = origin
  const file = location?.kind === 'file' ? location : undefined
  return {
    source,
    place: printOrigin(origin),
    file: file?.file ?? null,
    line: file?.line ?? null,
    column: file?.column ?? null,
  }
}
