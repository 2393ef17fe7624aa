import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'

export interface ServiceOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** Makes it the leader of a group of its own, as a terminal does. */
  readonly detached?: boolean
  /** Whether something may be typed into it. Otherwise its standard input is empty. */
  readonly isTyped?: boolean
}

/** A process of its own without a terminal, followed by what it says. */
export interface Service {
  readonly pid: number
  /** Everything it has said so far, on both streams. */
  readonly lines: readonly string[]
  /**
   * The first line from `from` on that matches, said already or later. Rejects with what was said where it ends without,
   * or says nothing like it for half a minute.
   */
  line(pattern: RegExp, from?: number): Promise<string>
  /** Types a line, and gives the number of the line after which to look for what comes of it. */
  type(text: string): number
  /** Resolves when it has ended: the exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>
}

export function startService(command: string, args: readonly string[], options: ServiceOptions = {}): Service {
  const { cwd, env = process.env, detached = false, isTyped = false } = options
  const child = spawn(command, args, { cwd, env, detached, stdio: [isTyped ? 'pipe' : 'ignore', 'pipe', 'pipe'] })
  const lines: string[] = []
  const listeners = new Set<() => void>()
  const tell = () => listeners.forEach((listener) => listener())
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line)
      tell()
    })
  }
  // It may have ended before it has read everything.
  child.stdin?.on('error', () => {})
  let isOver = false
  const ended = once(child, 'close').then(([code, signal]: (number | NodeJS.Signals | null)[]) => {
    isOver = true
    tell()
    return code ?? signal ?? null
  })
  onTestFinished(() => end(child, detached, ended))

  return {
    pid: child.pid ?? 0,
    lines,
    ended,
    type(text) {
      child.stdin?.write(`${text}\n`)
      return lines.length
    },
    line(pattern, from = 0) {
      return new Promise((resolve, reject) => {
        let next = from
        const look = () => {
          for (; next < lines.length; next += 1) {
            const line = lines[next] ?? ''
            if (pattern.test(line)) return settle(() => resolve(line))
          }
          if (isOver) fail('It ended without')
        }
        const fail = (why: string) =>
          settle(() => reject(new Error(`${why} ${pattern}. It said:\n${lines.slice(-40).join('\n')}`)))
        const deadline = setTimeout(() => fail('For 30 s it did not say'), 30_000)
        const settle = (how: () => void) => {
          clearTimeout(deadline)
          listeners.delete(look)
          how()
        }
        listeners.add(look)
        look()
      })
    },
  }
}

/** Leaves nothing running behind a test that failed. */
async function end(child: ChildProcess, isGroup: boolean, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    process.kill(isGroup ? -child.pid : child.pid, 'SIGKILL')
  }
  await ended
}
