import type { ParseArgsConfig } from 'node:util'

/** What the arguments of a process say, or one line for the person who typed them. */
export type ReadArguments<Values> =
  | { readonly kind: 'read'; readonly values: Values }
  | { readonly kind: 'wrong'; readonly why: string }

/** The exit code for arguments that nobody understands, as the commands of Trimtab have it. */
export const usageExitCode = 2

/** Reads arguments by `parseArgs` of node, and says what is wrong with them instead of throwing. */
export function readArguments<Values>(
  options: NonNullable<ParseArgsConfig['options']>,
  parse: () => { readonly values: Values },
): ReadArguments<Values> {
  try {
    return { kind: 'read', values: parse().values }
  } catch (error) {
    const wrong = wrongOf(error)
    if (wrong === undefined) throw error
    const known = Object.entries(options).map(([name, { type }]) => (type === 'string' ? `--${name} …` : `--${name}`))
    return { kind: 'wrong', why: `${wrong}. There are ${known.join(', ')}.` }
  }
}

/** The first sentence of what node says: it names options, and no values. */
function wrongOf(error: unknown): string | undefined {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return undefined
  // Its message repeats what was typed, which may be the value of the option before it.
  if (error.code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL') return 'An argument belongs to no option'
  return error.code.startsWith('ERR_PARSE_ARGS_') ? error.message.split(/\.\s|\.$|\n/)[0] : undefined
}
