/** One thing that a reader of a guide does, in the order of the page. */
export type Step =
  /** Writes a file, or puts it in the place of an earlier one. */
  | { readonly kind: 'write'; readonly file: string; readonly text: string; readonly line: number }
  /** Runs commands, one a line. `staysUp` is a service that goes on while the reader reads on. */
  | { readonly kind: 'run'; readonly commands: readonly string[]; readonly staysUp: boolean; readonly line: number }
  /** What the last command, or the running service after the last step, has to print. */
  | { readonly kind: 'expect'; readonly lines: readonly string[]; readonly line: number }

interface Block {
  readonly language: string
  readonly words: readonly string[]
  readonly lines: readonly string[]
  readonly line: number
}

/**
 * Reads a page as what its reader does. Each block of code is a file, named by its first line (`// src/config.ts`,
 * `# config.yaml`); each `sh` block is commands, with `sh stays-up` for a service that is left running; a `text` block is
 * what has to be printed then, where `…` stands for anything. A block that is none of these would be an example that
 * nobody runs: it is refused.
 */
export function readGuide(page: string, markdown: string): readonly Step[] {
  return blocksOf(page, markdown).map((block): Step => {
    const { language, words, lines, line } = block
    const refuse = (why: string) => new Error(`${page}:${line}: ${why}`)
    switch (language) {
      case 'sh':
        return { kind: 'run', commands: commandsOf(lines), staysUp: words.includes('stays-up'), line }
      case 'text':
        return { kind: 'expect', lines, line }
      case 'ts':
      case 'js':
      case 'json':
      case 'yaml':
      case 'toml':
      case 'env': {
        const file = /^(?:\/\/|#) ([\w./-]*\.\w+)$/.exec(lines[0] ?? '')?.[1]
        if (file === undefined) throw refuse('the first line of this block does not name its file')
        const kept = language === 'json' ? lines.slice(1) : lines
        return { kind: 'write', file, text: `${kept.join('\n')}\n`, line }
      }
      default:
        throw refuse(`a block of ${language === '' ? 'no language' : language} is not run by anything`)
    }
  })
}

function blocksOf(page: string, markdown: string): readonly Block[] {
  const blocks: Block[] = []
  let open: { readonly info: string; readonly line: number; readonly lines: string[] } | undefined
  for (const [index, text] of markdown.split('\n').entries()) {
    const fence = /^```(.*)$/.exec(text)
    if (fence === null) open?.lines.push(text)
    else if (open === undefined) open = { info: fence[1] ?? '', line: index + 1, lines: [] }
    else {
      const [language = '', ...words] = open.info.split(' ')
      blocks.push({ language, words, lines: open.lines, line: open.line })
      open = undefined
    }
  }
  if (open !== undefined) throw new Error(`${page}:${open.line}: this block is not closed`)
  return blocks
}

function commandsOf(lines: readonly string[]): readonly string[] {
  const joined = lines.join('\n').replaceAll(/\\\n\s*/g, '')
  return joined.split('\n').filter((command) => command.trim() !== '' && !command.startsWith('#'))
}
