import { join, relative, resolve } from 'node:path'
import type { InitCommand } from '../command.ts'
import type { InitDocument } from '../documents/init-document.ts'
import type { Host } from '../host.ts'
import { type Answers, collectAnswers } from '../init/answers.ts'
import { serviceFiles } from '../init/service-files.ts'
import { writeFiles } from '../init/write-files.ts'
import type { Layout } from '../render/layout.ts'
import type { Answer } from './answer.ts'

/** As from a shell whose user pressed Ctrl-C. */
const givenUp = 130

/** Writes a small working service, and nothing at all where a file of it exists. */
export async function init(command: InitCommand, host: Host): Promise<Answer> {
  const folder = resolve(host.cwd, command.directory)
  const shown = relative(host.cwd, folder) || '.'
  const answers = await collectAnswers(command, host)
  if (answers === undefined) return gaveUp(shown)
  const files = serviceFiles(answers)
  await writeFiles({ folder, shown, files })
  return written(shown, answers, [...files.keys()])
}

function gaveUp(directory: string): Answer {
  const document: InitDocument = { status: 'given_up', directory, files: [], next: [] }
  return { document, text: () => 'Nothing was written.', exitCode: givenUp }
}

function written(directory: string, { name, language }: Answers, files: readonly string[]): Answer {
  const next = [...(directory === '.' ? [] : [`cd ${directory}`]), 'npm install', 'npm start']
  const document: InitDocument = { status: 'written', directory, files, next }
  const text = ({ palette }: Layout) =>
    [
      `${palette.green(`${name} is ready`)}, in ${language === 'typescript' ? 'TypeScript' : 'JavaScript'}:`,
      ...files.map((file) => `  ${join(directory, file)}`),
      '',
      'Next:',
      ...next.map((step) => `  ${palette.cyan(step)}`),
      '',
      `Then change the greeting in ${palette.bold('config.yaml')} and save it: the next answer has it.`,
    ].join('\n')
  return { document, text, exitCode: 0 }
}
