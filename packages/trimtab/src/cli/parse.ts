import { CommanderError } from 'commander'
import type { Command } from './command.ts'
import { createProgram } from './program.ts'
import { usageError } from './usage-error.ts'

/** What the arguments ask for. */
export type Parsed =
  | { readonly kind: 'command'; readonly command: Command }
  /** Help or the version, ready to be printed. */
  | { readonly kind: 'text'; readonly text: string }
  /** Nothing was asked for. */
  | { readonly kind: 'nothing'; readonly help: string }

export interface ParseOptions {
  readonly version: string
  /** Characters of a line of help. */
  readonly helpWidth: number
}

/** Reads the arguments that follow the name of the command. Throws `option_invalid` for what cannot be understood. */
export function parseArguments(argv: readonly string[], { version, helpWidth }: ParseOptions): Parsed {
  const found: Command[] = []
  let text = ''
  const program = createProgram({
    version,
    helpWidth,
    print: (printed) => void (text += printed),
    found: (command) => found.push(command),
  })
  try {
    program.parse(argv, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return { kind: 'text', text }
    if (error.code === 'commander.help') return { kind: 'nothing', help: text }
    const name = program.commands.find((command) => command.name() === argv[0])?.name()
    const help = name === undefined ? 'trimtab --help' : `trimtab ${name} --help`
    throw usageError(sentence(error.message), `Run \`${help}\` for what there is.`)
  }
  const [command] = found
  return command === undefined ? { kind: 'nothing', help: program.helpInformation() } : { kind: 'command', command }
}

/** commander's `error: unknown option '--fil'\n(Did you mean --file?)` as a sentence. */
function sentence(message: string): string {
  const [text = '', suggestion] = message.replace(/^error: /, '').split('\n')
  const capital = `${text.charAt(0).toUpperCase()}${text.slice(1)}`
  const ended = capital.endsWith('.') ? capital : `${capital}.`
  return suggestion === undefined ? ended : `${ended} ${suggestion.replace(/^\((.*)\)$/, '$1')}`
}
