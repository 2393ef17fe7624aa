import { basename, resolve } from 'node:path'
import type { InitCommand, Language } from '../command.ts'
import type { Host } from '../host.ts'
import { usageError } from '../usage-error.ts'

/** What the written service is like. */
export interface Answers {
  readonly name: string
  readonly language: Language
}

const defaultLanguage: Language = 'typescript'

/** What was given as options, and for the rest what the person says, or the defaults. Undefined: the person gave up. */
export async function collectAnswers(command: InitCommand, host: Host): Promise<Answers | undefined> {
  const suggested = suggestName(resolve(host.cwd, command.directory))
  const problem = command.name === undefined ? undefined : problemWithName(command.name)
  if (problem !== undefined)
    throw usageError(`The name ${JSON.stringify(command.name)} is not possible.`, `${problem}.`)
  if (command.yes || (command.name !== undefined && command.language !== undefined)) {
    return { name: command.name ?? suggested, language: command.language ?? defaultLanguage }
  }
  if (!host.isInteractive && host.prompts === undefined) {
    throw usageError('init asks questions, and there is no terminal to ask in.', 'Take the defaults with --yes.')
  }
  const { terminalPrompts } = await import('./terminal-prompts.ts')
  const prompts = host.prompts ?? terminalPrompts()
  const name = command.name ?? (await prompts.name(suggested, problemWithName))
  if (name === undefined) return undefined
  const language = command.language ?? (await prompts.language(defaultLanguage))
  return language === undefined ? undefined : { name, language }
}

/** Why npm would not take it. */
export function problemWithName(name: string): string | undefined {
  if (/^[a-z0-9][a-z0-9._-]{0,99}$/.test(name)) return undefined
  return 'A name is 1 to 100 lower-case letters, digits, ., _ and -, the first a letter or digit'
}

function suggestName(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 100)
  return name === '' ? 'service' : name
}
