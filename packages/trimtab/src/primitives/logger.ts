/** Where lines for people go. `pino` and `console` satisfy it. */
export interface Logger {
  debug(message: string): void
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}

/** Says nothing. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} }

const escapes = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
])

/** Text with control characters made visible, so that what somebody else wrote cannot forge a line or move a cursor. */
export function escapeControls(text: string): string {
  // eslint rules against control characters are right elsewhere; here they are what is looked for.
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (character) => {
    return escapes.get(character) ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

/**
 * A logger that can't harm its user: what it throws or rejects with is dropped, every line passes through `clean` and is escaped, and
 * `prefix` stands before it.
 */
export function guardedLogger(logger: Logger, clean: (text: string) => string, prefix = ''): Logger {
  const tell = async (level: keyof Logger, message: string) => {
    try {
      // The line is written before the first await; one that writes later and rejects is taken in too.
      const written: unknown = logger[level](escapeControls(clean(prefix + message)))
      await written
    } catch {
      // A logger that fails has nowhere to say so.
    }
  }
  const write = (level: keyof Logger) => (message: string) => void tell(level, message)
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}
