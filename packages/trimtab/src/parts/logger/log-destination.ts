import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { textLine } from './text-line.ts'

/** Where the lines of one logger go. */
export interface LogDestination {
  /** Never throws: a line that cannot be written is lost. */
  write(line: string): void
  /** Writes what is waiting and lets go of the file. Lines that come later are dropped. */
  close(): Promise<void>
}

export interface DestinationOptions {
  /** pino's own: `pino.destination`. */
  readonly openStream: typeof import('pino')['destination']
  /** `stdout`, `stderr`, or the path of a file. */
  readonly to: string
  readonly format: 'json' | 'text'
  /** Told of the first line that could not be written. */
  readonly onBroken: (error: Error) => void
}

const standard = new Map([
  ['stdout', 1],
  ['stderr', 2],
])

/** Opens where lines go; rejects for a file that cannot be appended to. Each line is written before the call returns. */
export async function openDestination({
  openStream,
  to,
  format,
  onBroken,
}: DestinationOptions): Promise<LogDestination> {
  await checkDestination(to)
  const stream = openStream({ dest: standard.get(to) ?? to, sync: true })
  let isClosed = false
  let broken: NodeJS.ErrnoException | undefined
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (isClosed || broken !== undefined) return
    broken = error
    onBroken(error)
  })
  return {
    write(line) {
      // A closed stream throws, into whatever code wanted to log.
      if (!isClosed) stream.write(format === 'text' ? textLine(line) : line)
    },
    async close() {
      if (isClosed) return
      isClosed = true
      // At a broken pipe pino has made the stream mute: it will not say that it has closed.
      if (broken?.code === 'EPIPE') return
      await new Promise<void>((resolve) => {
        stream.once('close', resolve)
        // What could not be written before is tried again by end(), fails again, and is given up.
        stream.once('error', () => stream.destroy())
        stream.end()
      })
    },
  }
}

/** Rejects where nothing could be appended to, as far as that can be told without making the file. */
export async function checkDestination(to: string): Promise<void> {
  if (standard.has(to)) return
  const found = await stat(to).catch(absentOnly)
  if (found === undefined) return access(dirname(to), constants.W_OK)
  if (found.isDirectory()) throw new Error('it is a folder')
  // Opening a named pipe that nobody reads would block the whole process.
  if (!found.isFile() && !found.isCharacterDevice()) throw new Error('it is neither a file nor a device')
  return access(to, constants.W_OK)
}

function absentOnly(error: unknown): undefined {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
}
