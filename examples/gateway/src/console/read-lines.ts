import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { ReadStream } from 'node:tty'

/**
 * Calls `onLine` for each line of the standard input, where somebody may type or something may be piped in. Its end is no
 * reason to end. Gives what stops it.
 */
export function readLines(input: ReadStream, onLine: (line: string) => unknown): () => void {
  if (!input.readable || (input.isTTY && !isInForeground())) return () => {}
  const reader = createInterface({ input, terminal: false })
  // A terminal that is gone.
  input.on('error', () => reader.close())
  reader.on('line', onLine)
  return () => {
    reader.close()
    input.destroy()
  }
}

/** Whoever reads from a terminal in the background (`npm start &`) is stopped by the system. Where nobody knows: true. */
function isInForeground(): boolean {
  try {
    const [, , group, , , foreground] = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return group === foreground
  } catch {
    return true
  }
}
