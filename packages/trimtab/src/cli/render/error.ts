import { escapeControls } from '../../primitives/logger.ts'
import { errorDocument, toKnownError } from '../documents/error-document.ts'
import type { Host } from '../host.ts'
import { nextStepOf } from '../usage-error.ts'
import { createPalette } from './palette.ts'

/** Prints what kept a command from answering, and what to do about it. Gives the exit code. */
export function printError(
  thrown: unknown,
  { isJson, host }: { readonly isJson: boolean; readonly host: Host },
): number {
  const error = toKnownError(thrown)
  const { exitCode } = error.kind
  if (isJson) {
    host.stdout.write(`${JSON.stringify(errorDocument(error), null, 2)}\n`)
    return exitCode
  }
  const { red, dim } = createPalette(host.isTTY, host.env)
  const lines = error.message.split('\n').map(escapeControls)
  host.stderr.write(`${red('error')}  ${lines.join('\n')}\n${dim(nextStepOf(error))}\n`)
  if (isDebugged(host)) host.stderr.write(`${stackOf(thrown)}\n`)
  else if (error.code === 'internal') host.stderr.write(`${dim('Set DEBUG=trimtab to see where it happened.')}\n`)
  return exitCode
}

function isDebugged({ env }: Host): boolean {
  return (env['DEBUG'] ?? '').split(/[\s,]+/).some((name) => name === 'trimtab' || name === '*')
}

function stackOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? String(thrown)) : String(thrown)
}
