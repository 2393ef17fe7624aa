import { printOrigin } from '../../model/origin.ts'
import { escapeControls } from '../../primitives/logger.ts'
import type { Problem } from '../../schema/problem.ts'
import type { Layout } from './layout.ts'

/** Each problem with its place first, so that an editor or a terminal can follow it, and what to do below it. */
export function renderProblems(problems: readonly Problem[], { palette }: Pick<Layout, 'palette'>): string {
  return problems
    .map(({ severity, origin, path, module, message, hint }) => {
      const label = severity === 'error' ? palette.red('error  ') : palette.yellow('warning')
      const place = [
        origin && palette.bold(escapeControls(printOrigin(origin))),
        path && palette.cyan(escapeControls(path)),
        module && palette.cyan(escapeControls(`module ${module}`)),
      ].filter((part) => part)
      const line = `${label}  ${[...place, escapeControls(message)].join(': ')}`
      return hint === undefined ? line : `${line}\n${' '.repeat(9)}${palette.dim(escapeControls(hint))}`
    })
    .join('\n')
}

/** `2 problems`, `1 problem`, `no problems`. */
export function countText(count: number, noun: string): string {
  return `${count === 0 ? 'no' : count} ${noun}${count === 1 ? '' : 's'}`
}
