import { errorCodes } from '../errors/error-codes.ts'
import type { Command } from './command.ts'
import type { Answer } from './commands/answer.ts'
import type { Host } from './host.ts'
import { ownManifest } from './own-manifest.ts'
import { parseArguments } from './parse.ts'
import { printError } from './render/error.ts'
import { createPalette } from './render/palette.ts'

/** Lines of help are no longer than this, however wide the terminal is. */
const longestHelpLine = 100
const defaultHelpLine = 80

/**
 * Runs the command with the arguments that follow its name, and gives the exit code. Answers go to `stdout`, whatever
 * the exit code is; what keeps a command from answering goes to `stderr`, or, with `--json`, to `stdout` as a document.
 */
export async function main(argv: readonly string[], host: Host): Promise<number> {
  try {
    const helpWidth = Math.min(host.columns ?? defaultHelpLine, longestHelpLine)
    const parsed = parseArguments(argv, { version: ownManifest().version, helpWidth })
    switch (parsed.kind) {
      case 'text':
        host.stdout.write(parsed.text)
        return 0
      case 'nothing': {
        host.stderr.write(parsed.help)
        return errorCodes.option_invalid.exitCode
      }
      case 'command':
        return printAnswer(await run(parsed.command, host), parsed.command.json, host)
      default:
        return parsed satisfies never
    }
  } catch (error) {
    return printError(error, { isJson: argv.includes('--json'), host })
  }
}

/** Commands are imported when they are asked for: help is quick. */
async function run(command: Command, host: Host): Promise<Answer> {
  switch (command.kind) {
    case 'init': {
      const { init } = await import('./commands/init.ts')
      return init(command, host)
    }
    case 'validate': {
      const { validate } = await import('./commands/validate.ts')
      return validate(command, host)
    }
    case 'explain': {
      const { explain } = await import('./commands/explain.ts')
      return explain(command, host)
    }
    case 'plan': {
      const { plan } = await import('./commands/plan.ts')
      return plan(command, host)
    }
    case 'migrate': {
      const { migrate } = await import('./commands/migrate.ts')
      return migrate(command, host)
    }
    default:
      return command satisfies never
  }
}

function printAnswer({ document, text, exitCode }: Answer, isJson: boolean, host: Host): number {
  if (isJson) {
    host.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
    return exitCode
  }
  const palette = createPalette(host.isTTY, host.env)
  host.stdout.write(`${text({ palette, columns: host.columns })}\n`)
  return exitCode
}
