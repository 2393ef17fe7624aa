import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** One `@example` of a public docstring. */
interface Example {
  /** Where it stands: `plane/create-plane.ts:28`. */
  readonly place: string
  readonly code: string
}

/** The names that an entry of the library exports, and the examples in the files they come from. */
export interface Entry {
  readonly values: readonly string[]
  readonly types: readonly string[]
  readonly examples: readonly Example[]
}

/** Reads an entry file, which lists every export by name, and each file that it exports something from. */
export function readEntry(root: string, entry: string): Entry {
  const values: string[] = []
  const types: string[] = []
  const examples: Example[] = []
  const text = readFileSync(join(root, entry), 'utf8')
  for (const [, isType, names = '', from = ''] of text.matchAll(/export (type )?\{([^}]*)\} from '([^']+)'/g)) {
    for (const name of names.split(',').map((each) => each.trim())) {
      if (name === '') continue
      if (isType !== undefined || name.startsWith('type ')) types.push(name.replace(/^type /, ''))
      else values.push(name)
    }
    const file = join(dirname(entry), from)
    examples.push(...examplesOf(file, readFileSync(join(root, file), 'utf8')))
  }
  return { values, types, examples }
}

function examplesOf(file: string, source: string): readonly Example[] {
  const examples: Example[] = []
  let open: { readonly line: number; readonly lines: string[] } | undefined
  for (const [index, line] of source.split('\n').entries()) {
    const text = /^\s*\* ?(.*)$/.exec(line)?.[1]
    if (open !== undefined && (text === undefined || line.trim() === '*/' || text.startsWith('@'))) {
      examples.push({ place: `${file}:${open.line}`, code: open.lines.join('\n') })
      open = undefined
    }
    if (text === '@example') open = { line: index + 1, lines: [] }
    else if (text !== undefined) open?.lines.push(text)
  }
  return examples
}
