import type { Node, ParseError, printParseErrorCode } from 'jsonc-parser'
import { sourceLimits } from '../limits.ts'
import { type RawNode, inexactInteger, tooDeep } from './build-tree.ts'
import { finishParse } from './finish-parse.ts'
import type { Format } from './format.ts'
import { type FormatReport, createFormatReport } from './format-report.ts'
import { textLines } from './text-lines.ts'

type Parser = typeof import('jsonc-parser')
type ErrorName = ReturnType<typeof printParseErrorCode>

/** JSON with comments and trailing commas, and strict in everything else. */
export async function loadJsonFormat(): Promise<Format> {
  const parser = await import('jsonc-parser')
  return {
    parse({ source, file, text }) {
      const lines = textLines(file, text)
      const report = createFormatReport(source, lines)
      const root = parseStrictly(parser, text, report)
      return finishParse(root && report.isEmpty ? toRaw(root, text) : undefined, lines, report)
    },
  }
}

/** The parser repairs what it can and goes on; each repair is an error here. */
function parseStrictly(parser: Parser, text: string, report: FormatReport): Node | undefined {
  const errors: ParseError[] = []
  try {
    const root = parser.parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: true })
    for (const { error, offset } of errors) {
      const name = parser.printParseErrorCode(error)
      report.add({ code: 'syntax', ...phraseOf(name), offset, isBreak: !escapes.has(name) })
    }
    return root
  } catch (error) {
    // The parser is recursive: nesting of some thousands of levels exhausts the stack.
    if (!(error instanceof RangeError)) throw error
    report.add({ ...tooDeep, offset: firstTooDeep(parser, text) })
    return undefined
  }
}

function toRaw(node: Node, text: string): RawNode {
  const { offset, length, children = [] } = node
  if (node.type === 'object') return { kind: 'object', offset, entries: () => entriesOf(children, text) }
  if (node.type === 'array') return { kind: 'array', offset, items: () => children.map((child) => toRaw(child, text)) }
  const value: unknown = node.value
  const isInexact =
    typeof value === 'number' &&
    Number.isInteger(value) &&
    !Number.isSafeInteger(value) &&
    /^-?[0-9]+$/.test(text.slice(offset, offset + length))
  return { kind: 'scalar', offset, value: isInexact ? inexactInteger : value }
}

function* entriesOf(properties: readonly Node[], text: string) {
  for (const { children: [key, value] = [] } of properties) {
    // Both are there when nothing was reported.
    if (key === undefined || value === undefined) continue
    yield { key: String(key.value), keyOffset: key.offset, node: toRaw(value, text) }
  }
}

/** Where the first bracket stands that is one too many. */
function firstTooDeep(parser: Parser, text: string): number | undefined {
  const scanner = parser.createScanner(text, true)
  let depth = 0
  for (let last = -1; scanner.getPosition() > last; ) {
    last = scanner.getPosition()
    scanner.scan()
    const character = scanner.getTokenLength() === 1 ? text[scanner.getTokenOffset()] : undefined
    if (character === '{' || character === '[') depth += 1
    else if (character === '}' || character === ']') depth -= 1
    if (depth > sourceLimits.levels) return scanner.getTokenOffset()
  }
  return undefined
}

/** What is wrong inside one text; everything else makes the parser guess what comes after it. */
const escapes: ReadonlySet<string> = new Set<ErrorName>([
  'InvalidUnicode',
  'InvalidEscapeCharacter',
  'InvalidCharacter',
])

interface Phrase {
  readonly message: string
  readonly hint?: string
}

const closingHint = 'Close every bracket, brace and quote.'

function phraseOf(code: ErrorName): Phrase {
  switch (code) {
    case 'InvalidSymbol':
      return {
        message: 'this is not JSON',
        hint: 'Text stands in double quotes; the words are true, false and null; numbers have digits first.',
      }
    case 'InvalidNumberFormat':
    case 'UnexpectedEndOfNumber':
      return { message: 'a number is not complete' }
    case 'PropertyNameExpected':
      return { message: 'a key in double quotes is missing' }
    case 'ValueExpected':
      return { message: 'a value is missing' }
    case 'ColonExpected':
      return { message: 'a colon is missing after a key' }
    case 'CommaExpected':
      return { message: 'a comma is missing' }
    case 'CloseBraceExpected':
      return { message: 'a closing brace is missing', hint: closingHint }
    case 'CloseBracketExpected':
      return { message: 'a closing bracket is missing', hint: closingHint }
    case 'EndOfFileExpected':
      return { message: 'something follows after the end of the configuration' }
    case 'InvalidCommentToken':
    case 'UnexpectedEndOfComment':
      return { message: 'a comment is not closed', hint: 'A comment that begins with /* ends with */.' }
    case 'UnexpectedEndOfString':
      return { message: 'a text is not closed in its line', hint: 'Close the quote; write a line break as \\n.' }
    case 'InvalidUnicode':
      return { message: 'an escape \\u needs four hexadecimal digits' }
    case 'InvalidEscapeCharacter':
      return { message: 'a backslash begins an escape that does not exist', hint: 'Double the backslash.' }
    case 'InvalidCharacter':
      return { message: 'a text contains a control character', hint: 'Write a tab as \\t and a line break as \\n.' }
    case '<unknown ParseErrorCode>':
      return { message: 'this cannot be read as JSON' }
    default:
      return code satisfies never
  }
}
