import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'

export interface ShellOptions {
  readonly cwd: string
  /** Where commands are looked up first. */
  readonly bin: string
}

/** One command of a guide, with everything it prints, in the order it is printed. */
export class Command {
  readonly #child: ChildProcessByStdio<null, Readable, null>
  readonly #closed: Promise<unknown>
  #output = ''
  #ended = false

  constructor(line: string, { cwd, bin }: ShellOptions) {
    const [, assignments = '', command = ''] = /^((?:\w+=\S* )*)(.*)$/.exec(line) ?? []
    // One pipe for both streams keeps the order; `exec` makes the process that is signalled the command itself.
    const text = /[|;&<>]/.test(line) ? line : `${assignments}exec ${command}`
    this.#child = spawn('sh', ['-c', `exec 2>&1; ${text}`], {
      cwd,
      env: { PATH: `${bin}:${process.env['PATH']}`, HOME: cwd, NO_COLOR: '1', npm_config_loglevel: 'silent' },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    this.#closed = once(this.#child, 'close').then(() => {
      this.#ended = true
    })
    this.#child.stdout.on('data', (chunk: Buffer) => (this.#output += chunk.toString()))
  }

  /** All lines so far; while the process runs only whole ones. */
  get lines(): readonly string[] {
    const lines = this.#output.split('\n')
    const last = lines.pop()
    return last === '' || !this.#ended ? lines : [...lines, last ?? '']
  }

  get hasEnded(): boolean {
    return this.#ended
  }

  /** Resolves with more output, or at the end. */
  async news(): Promise<void> {
    if (this.#ended) return
    await Promise.race([once(this.#child.stdout, 'data'), this.#closed])
  }

  /** The exit code; null where a signal ended it. */
  async end(): Promise<number | null> {
    await this.#closed
    return this.#child.exitCode
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }
}
