import { isPlainObject } from '../../primitives/json.ts'
import { escapeControls } from '../../primitives/logger.ts'

const names = new Map([
  [10, 'TRACE'],
  [20, 'DEBUG'],
  [30, 'INFO'],
  [40, 'WARN'],
  [50, 'ERROR'],
  [60, 'FATAL'],
])

/**
 * One JSON line of pino's as a person reads it: `2026-01-01T00:00:00.000Z WARN message key=value`, the stack of an error
 * below it. What is no such line stays as it is.
 */
export function textLine(json: string): string {
  const fields = parse(json)
  if (fields === undefined) return json
  // These say the same in every line of a process.
  const { time, level, msg, err, pid: _pid, hostname: _host, ...rest } = fields
  const shown = [
    typeof time === 'number' ? new Date(time).toISOString() : time,
    typeof level === 'number' ? (names.get(level) ?? level) : level,
    msg,
    ...Object.entries(rest).map(
      ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    ),
  ]
  const line = shown
    .filter((part) => part !== undefined && part !== '')
    .map(String)
    .join(' ')
  return `${[line, ...stackOf(err)].map(escapeControls).join('\n')}\n`
}

function parse(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json)
    return isPlainObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function stackOf(error: unknown): readonly string[] {
  if (error === undefined) return []
  const stack = isPlainObject(error) && typeof error['stack'] === 'string' ? error['stack'] : JSON.stringify(error)
  return stack.split('\n').map((line) => `    ${line.trim()}`)
}
