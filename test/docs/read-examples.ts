import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** One `@example` of a public docstring. */
interface Example {
  /** Where it stands: `plane/create-plane.ts:28`. */
  readonly place: string
  readonly code: string
}

/** One name that an entry exports, with the comment above its declaration; that is empty where there is none. */
interface ExportedName {
  readonly name: string
  readonly kind: 'function' | 'class' | 'const' | 'interface' | 'type'
  /** Where it is declared: `plane/create-plane.ts:34`. */
  readonly place: string
  readonly docstring: string
}

/** The names that an entry of the library exports, and the examples in the files they come from. */
export interface Entry {
  readonly values: readonly string[]
  readonly types: readonly string[]
  readonly exported: readonly ExportedName[]
  readonly examples: readonly Example[]
}

/** Reads an entry file, which lists every export by name, and each file that it exports something from. */
export function readEntry(root: string, entry: string): Entry {
  const values: string[] = []
  const types: string[] = []
  const exported: ExportedName[] = []
  const examples: Example[] = []
  const text = readFileSync(join(root, entry), 'utf8')
  for (const [, isType, names = '', from = ''] of text.matchAll(/export (type )?\{([^}]*)\} from '([^']+)'/g)) {
    const file = join(dirname(entry), from)
    const source = readFileSync(join(root, file), 'utf8')
    for (const written of names.split(',').map((each) => each.trim())) {
      if (written === '') continue
      const name = written.replace(/^type /, '')
      if (isType !== undefined || name !== written) types.push(name)
      else values.push(name)
      exported.push(declarationOf(name, file, source))
    }
    examples.push(...examplesOf(file, source))
  }
  return { values, types, exported, examples }
}

const declaration = /^export (?:async )?(function|class|const|interface|type) (\w+)/

function declarationOf(name: string, file: string, source: string): ExportedName {
  const lines = source.split('\n')
  const index = lines.findIndex((line) => declaration.exec(line)?.[2] === name)
  // The expression names just these.
  const kind = declaration.exec(lines[index] ?? '')?.[1] as ExportedName['kind'] | undefined
  if (kind === undefined) throw new Error(`${file} does not declare ${name}`)
  const end = lines[index - 1]?.endsWith('*/') === true ? index : 0
  const start = lines.slice(0, end).findLastIndex((line) => line.startsWith('/**'))
  const docstring = start < 0 ? '' : lines.slice(start, end).join('\n')
  return { name, kind, place: `${file}:${index + 1}`, docstring }
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
