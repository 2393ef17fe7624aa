const codePattern = /^[A-Z][A-Z0-9_]{1,60}$/
const namePattern = /^[A-Za-z][A-Za-z0-9]{1,60}$/

/**
 * What kind of error was thrown: its code (`ECONNREFUSED`), that of its cause, or its class. Never its message, in
 * which drivers and clients like to put addresses with passwords.
 */
export function failureKind(thrown: unknown): string {
  try {
    return codeOf(thrown) ?? codeOf(field(thrown, 'cause')) ?? nameOf(thrown)
  } catch {
    return 'unknown'
  }
}

function codeOf(thrown: unknown): string | undefined {
  const code = field(thrown, 'code')
  return typeof code === 'string' && codePattern.test(code) ? code : undefined
}

function nameOf(thrown: unknown): string {
  const name = field(thrown, 'name')
  return typeof name === 'string' && namePattern.test(name) ? name : `threw ${thrown === null ? 'null' : typeof thrown}`
}

function field(value: unknown, name: string): unknown {
  // Any object may be asked for any property; a getter that throws is caught above.
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}
