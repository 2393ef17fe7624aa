import type { Logger } from 'trimtab'

export interface HeardLogger extends Logger {
  /** Every line with its level before it: `warn: …`. */
  readonly lines: readonly string[]
}

/** A logger that keeps what it is told. */
export function hearingLogger(): HeardLogger {
  const lines: string[] = []
  const write = (level: string) => (message: string) => void lines.push(`${level}: ${message}`)
  return { lines, debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}
