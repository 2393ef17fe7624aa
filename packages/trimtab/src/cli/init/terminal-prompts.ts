import type { Readable, Writable } from 'node:stream'
import { isCancel, select, text } from '@clack/prompts'
import type { Language } from '../command.ts'
import type { InitPrompts } from './prompts.ts'

export interface TerminalOptions {
  /** The process's own, if they are left away. */
  readonly input?: Readable
  readonly output?: Writable
}

/** Asks in a terminal. */
export function terminalPrompts(terminal: TerminalOptions = {}): InitPrompts {
  return {
    async name(suggested, problemWith) {
      const answer = await text({
        ...terminal,
        message: 'What is the service called?',
        initialValue: suggested,
        validate: (name = '') => problemWith(name),
      })
      return isCancel(answer) ? undefined : answer
    },
    async language(suggested) {
      const answer = await select<Language>({
        ...terminal,
        message: 'Which language is it written in?',
        initialValue: suggested,
        options: [
          { value: 'typescript', label: 'TypeScript', hint: 'run by tsx, or by Node 22.18 and newer as it is' },
          { value: 'javascript', label: 'JavaScript' },
        ],
      })
      return isCancel(answer) ? undefined : answer
    },
  }
}
