import type { InitPrompts } from './init/prompts.ts'

/** Where text goes; a stream of Node's fits. */
interface TextSink {
  write(text: string): unknown
}

/** Everything that the command takes from the process around it. */
export interface Host {
  /** The answer, whatever the exit code is. */
  readonly stdout: TextSink
  /** What kept a command from answering. */
  readonly stderr: TextSink
  readonly env: Readonly<Record<string, string | undefined>>
  /** The working directory of the process: relative paths in sources are taken from there too. */
  readonly cwd: string
  /** Whether `stdout` is a terminal. */
  readonly isTTY: boolean
  /** Whether somebody can be asked. */
  readonly isInteractive: boolean
  /** How wide the terminal is, where it is known. */
  readonly columns: number | undefined
  readonly nodeVersion: string
  /** Who asks the questions of `init`; the terminal, if it is left away. */
  readonly prompts?: InitPrompts | undefined
}
