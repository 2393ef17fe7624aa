import { whyNotKey } from '../../json-tree.ts'
import { setTwice } from '../build-tree.ts'
import type { Finding, FormatReport } from '../format-report.ts'
import type { TextLines } from '../text-lines.ts'

/** One `NAME=value` of a file. */
export interface Assignment {
  readonly name: string
  readonly nameOffset: number
  readonly value: string
  readonly valueOffset: number
}

/** The parser: the values of a text by their names. */
export type ParseText = (text: string) => Readonly<Record<string, string>>

/**
 * The assignments of a `.env` file in their order. The parser takes whatever looks like one and passes over the rest in
 * silence, so each is cut out here first, and every line has to be one, a comment or empty.
 */
export function readAssignments(
  text: string,
  lines: TextLines,
  report: FormatReport,
  parse: ParseText,
): readonly Assignment[] {
  const byName = new Map<string, Assignment>()
  for (let offset = 0; offset < text.length; ) {
    const statement = readStatement(text, offset, parse)
    offset = statement.end + 1
    if (statement.kind === 'flaw') report.add(statement.finding)
    if (statement.kind !== 'assignment') continue
    const { assignment } = statement
    const first = byName.get(assignment.name)
    if (first === undefined) byName.set(assignment.name, assignment)
    else report.add({ ...setTwice(lines, first.nameOffset), offset: assignment.nameOffset })
  }
  return [...byName.values()]
}

/** One statement; `end` is where its last line ends. */
type Statement =
  | { readonly kind: 'blank'; readonly end: number }
  | { readonly kind: 'assignment'; readonly end: number; readonly assignment: Assignment }
  | { readonly kind: 'flaw'; readonly end: number; readonly finding: Finding }

const blank = /[ \t\r]*(?:#[^\n]*)?(?=\n|$)/y
const beginning = /[ \t]*(?:export[ \t]+)?([\w.-]+)(?:[ \t]*=|:(?=[ \t]))[ \t]*/dy
// Quoted text may go over lines. The patterns are those of the parser, held to what may follow the closing quote.
const quoted = /(?:'(?:\\'|[^'])*'|"(?:\\"|[^"])*"|`(?:\\`|[^`])*`)[ \t]*(?:#[^\n]*)?(?=\r?(?:\n|$))/y
const unquoted = /[^\n]*/y

function readStatement(text: string, offset: number, parse: ParseText): Statement {
  const empty = matchAt(blank, text, offset)
  if (empty !== null) return { kind: 'blank', end: offset + empty[0].length }

  const flaw = (finding: Finding): Statement => ({ kind: 'flaw', end: endOfLine(text, offset), finding })
  const start = matchAt(beginning, text, offset)
  const [nameOffset] = start?.indices?.[1] ?? []
  const name = start?.[1]
  if (start === null || name === undefined || nameOffset === undefined) {
    return flaw({ ...notAnAssignment, offset: offset + text.slice(offset).search(/[^ \t]/) })
  }
  const why = whyNotKey(name)
  if (why !== undefined) return flaw({ code: why.code, message: why.message, hint: why.hint, offset: nameOffset })

  const valueOffset = offset + start[0].length
  const isQuoted = /["'`]/.test(text.charAt(valueOffset))
  const written = matchAt(isQuoted ? quoted : unquoted, text, valueOffset)?.[0]
  if (written === undefined) return flaw({ ...badQuotes, offset: valueOffset })
  // Read as a comment, it would cut off the end of what may be a password.
  const hash = isQuoted ? -1 : written.indexOf('#')
  if (hash >= 0 && !/\s/.test(text.charAt(valueOffset + hash - 1)))
    return flaw({ ...bareHash, offset: valueOffset + hash })

  const end = valueOffset + written.length
  const value = onlyValue(parse(text.slice(offset, end)), name)
  if (value === undefined) return flaw({ ...notAnAssignment, offset: nameOffset })
  return { kind: 'assignment', end: endOfLine(text, end), assignment: { name, nameOffset, value, valueOffset } }
}

function matchAt(pattern: RegExp, text: string, offset: number): RegExpExecArray | null {
  pattern.lastIndex = offset
  return pattern.exec(text)
}

function endOfLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset)
  return end < 0 ? text.length : end
}

/** What the parser makes of one assignment; undefined when it sees something else in it. */
function onlyValue(parsed: Readonly<Record<string, string>>, name: string): string | undefined {
  const [entry, ...others] = Object.entries(parsed)
  return others.length === 0 && entry?.[0] === name ? entry[1] : undefined
}

const notAnAssignment: Finding = {
  code: 'syntax',
  message: 'this line is neither NAME=value nor a comment',
  hint: 'Names have letters, digits, _ . and -; a value over several lines needs quotes; a comment begins with #.',
}

const badQuotes: Finding = {
  code: 'syntax',
  message: 'a quote is not closed, or something follows the closing quote',
  hint: 'Put the whole value in one pair of quotes.',
}

const bareHash: Finding = {
  code: 'syntax',
  message: 'a # in the middle of a value would cut it off as a comment',
  hint: 'Put the value in quotes, or a space before the comment.',
}
