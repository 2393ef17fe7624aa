import { type JsonObject, emptyRecord, typeName } from '../../primitives/json.ts'
import { type RawNode, buildTree } from './build-tree.ts'
import type { Parsed } from './format.ts'
import type { FormatReport } from './format-report.ts'
import type { TextLines } from './text-lines.ts'

/** The last step of every parser: the root has to be a mapping; a file without content, `undefined`, is an empty one. */
export function finishParse(root: RawNode | undefined, lines: TextLines, report: FormatReport): Parsed {
  if (root === undefined) {
    if (!report.isEmpty) return { ok: false, problems: report.problems() }
    return { ok: true, tree: emptyRecord(), place: { lines, offset: undefined, members: new Map() } }
  }
  if (root.kind === 'array' || root.kind === 'scalar') {
    const found = root.kind === 'array' ? 'array' : typeName(root.value)
    report.add({
      code: 'not_an_object',
      message: `expected keys with values, received ${found}`,
      hint: 'A configuration file begins with a key.',
      offset: root.offset,
    })
  }
  // The root stands at no one place: what is missing in it is missing in the file.
  const { value, place } = buildTree(root.kind === 'object' ? { ...root, offset: undefined } : root, lines, report)
  if (!report.isEmpty) return { ok: false, problems: report.problems() }
  // Every other kind of root has been reported above, or was before.
  return { ok: true, tree: value as JsonObject, place }
}
