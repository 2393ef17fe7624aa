import type { TomlError } from 'smol-toml'
import { type RawNode, inexact, tooDeep } from '../build-tree.ts'
import { finishParse } from '../finish-parse.ts'
import type { Format } from '../format.ts'
import { type Finding, type FormatReport, createFormatReport } from '../format-report.ts'
import { textLines } from '../text-lines.ts'
import { type TomlPlace, tomlPlaces } from './toml-places.ts'

type Parser = typeof import('smol-toml')

/** TOML 1. Dates and times become text as ISO 8601 writes them. */
export async function loadTomlFormat(): Promise<Format> {
  const parser = await import('smol-toml')
  return {
    parse({ source, file, text }) {
      const lines = textLines(file, text)
      const report = createFormatReport(source, lines)
      return finishParse(readTables(parser, text, report), lines, report)
    },
  }
}

function readTables(parser: Parser, text: string, report: FormatReport): RawNode | undefined {
  try {
    return toRaw(parser.parse(text), tomlPlaces(text, parser.parse))
  } catch (error) {
    if (!(error instanceof parser.TomlError)) throw error
    report.add({ ...findingOf(error), offset: offsetOf(text, error) })
    return undefined
  }
}

function toRaw(value: unknown, place: TomlPlace | undefined): RawNode {
  const offset = place?.offset
  if (value instanceof Date) return { kind: 'scalar', offset, value: value.toISOString() }
  if (Array.isArray(value)) {
    return {
      kind: 'array',
      offset,
      items: () => value.map((item: unknown, index) => toRaw(item, place?.children.get(index))),
    }
  }
  if (typeof value !== 'object' || value === null) return { kind: 'scalar', offset, value }
  return { kind: 'object', offset, entries: () => entriesOf(value, place) }
}

function* entriesOf(table: object, place: TomlPlace | undefined) {
  for (const [key, value] of Object.entries(table)) {
    const inside = place?.children.get(key)
    yield { key, keyOffset: inside?.keyOffset, node: toRaw(value, inside) }
  }
}

/** The parser counts lines and columns from 1; its lines end as ours do. */
function offsetOf(text: string, { line, column }: TomlError): number {
  let start = 0
  for (let count = 1; count < line; count += 1) start = text.indexOf('\n', start) + 1
  return start + column - 1
}

const keyHint = 'Put keys with other characters than A-Z, a-z, 0-9, _ and - in quotes.'
const valueHint = 'Text needs quotes; the words are true and false.'

/** What the parser's messages begin with, in words of our own: they end with a piece of the file. */
const findings: ReadonlyMap<string, Finding> = new Map(
  (
    [
      ['document contains excessively nested structures. aborting.', tooDeep],
      ['trying to redefine an already defined table or value', duplicate()],
      ['trying to redefine an already defined value', duplicate()],
      ['integer value cannot be represented losslessly', inexact],
      ['control characters are not allowed in comments', syntax('a comment contains a control character')],
      [
        'control characters are not allowed in strings',
        syntax('a text contains a control character or is not closed in its line'),
      ],
      [
        'each key-value declaration must be followed by an end-of-line',
        syntax('something follows a value in its line', valueHint),
      ],
      ['expected comma or end of structure', syntax('a comma or a closing bracket is missing')],
      ['expected end of table array declaration', syntax('a header that begins with [[ must end with ]]')],
      ['illegal character in key', syntax('a key contains a character that is not allowed there', keyHint)],
      ['illegal empty bare key', syntax('a part of a key is empty', keyHint)],
      ['illegal quoted key: multiline strings are not allowed', syntax('a key must stand in one line')],
      ['unexpected end of key', syntax('a key is missing', keyHint)],
      ['incomplete key-value: cannot find end of key', syntax('a key has no value', 'Write key = value.')],
      ['illegal leading zero', syntax('a number may not begin with 0', 'Remove the zero, or put the value in quotes.')],
      ['illegal underscore', syntax('an underscore stands in a wrong place of a number')],
      ['illegal character in numeric literal', syntax('this is not a number', valueHint)],
      ['unfinished numeric value', syntax('a number is not complete')],
      ['invalid date', syntax('this is not a date or time')],
      ['invalid date-time: date part is malformed', syntax('this is not a date')],
      ['invalid date-time: time part is malformed', syntax('this is not a time')],
      [
        'invalid escape: only line-ending whitespace may be escaped',
        syntax('a backslash begins an escape that does not exist'),
      ],
      ['invalid non-hex character in unicode escape', syntax('an escape of a character needs hexadecimal digits')],
      ['invalid unicode escape', syntax('an escape stands for no character')],
      [
        'unrecognised escape sequence',
        syntax('a backslash begins an escape that does not exist', 'Double the backslash, or use single quotes.'),
      ],
      ['invalid value', syntax('this is not a value', valueHint)],
      ['unfinished array', syntax('a bracket is not closed')],
      ['unfinished table', syntax('a brace is not closed')],
      ['unfinished string', syntax('a quote is not closed')],
    ] as const
  ).map(([message, finding]) => [`Invalid TOML document: ${message}`, finding]),
)

function findingOf({ message }: TomlError): Finding {
  return findings.get(message.split('\n', 1)[0] ?? '') ?? syntax('this cannot be read as TOML')
}

function syntax(message: string, hint?: string): Finding {
  return { code: 'syntax', message, hint }
}

function duplicate(): Finding {
  return { code: 'duplicate_key', message: 'this key or table is set twice', hint: 'Remove one of the two.' }
}
