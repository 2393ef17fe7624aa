import { type CST, Composer, type Document, Lexer, Parser, isScalar } from 'yaml'
import { sourceLimits } from '../../limits.ts'
import { tooDeep } from '../build-tree.ts'
import { finishParse } from '../finish-parse.ts'
import type { Format } from '../format.ts'
import { type FormatReport, createFormatReport } from '../format-report.ts'
import { textLines } from '../text-lines.ts'
import { rawYaml } from './yaml-nodes.ts'
import { yamlPhrase } from './yaml-phrases.ts'

/**
 * YAML 1.2 with its core types, and merge keys. One document; no tags but those of the core; a key that is a number or
 * a word is taken as it is written.
 */
export const yamlFormat: Format = {
  parse({ source, file, text }) {
    const lines = textLines(file, text)
    const report = createFormatReport(source, lines)
    const document = compose(text, report)
    const contents = document?.contents
    const isEmpty = contents == null || (isScalar(contents) && contents.value === null && contents.source === '')
    if (!report.isEmpty || isEmpty) return finishParse(undefined, lines, report)
    return finishParse(rawYaml(contents, report), lines, report)
  },
}

// Keys set twice and merge keys are seen to by what follows: the parser compares each key with every other one, and
// merges without a bound. Tags beyond the core make values that JSON does not have.
const options = { schema: 'core', version: '1.2', merge: false, uniqueKeys: false, resolveKnownTags: false } as const

function compose(text: string, report: FormatReport): Document.Parsed | undefined {
  const read = readTokens(text, report)
  if (read === undefined) return undefined
  const { tokens, openQuote } = read
  checkVersion(tokens, report)
  const composer = new Composer({ ...options, logLevel: 'error' })
  const [document, second] = withoutStacks(() => [...composer.compose(tokens, true, text.length)])
  // Its warnings are of tags and directives that it passes over: here they are mistakes.
  for (const { code, pos } of [...(document?.errors ?? []), ...(document?.warnings ?? [])]) {
    const isAboutQuote = code === 'MISSING_CHAR' && openQuote !== undefined && pos[0] > openQuote
    // The parser says it at the end of the file, where nobody can see which quote it was.
    report.add(isAboutQuote ? { ...quoteNotClosed, offset: openQuote } : { ...yamlPhrase(code), offset: pos[0] })
  }
  if (second !== undefined) report.add({ ...yamlPhrase('MULTIPLE_DOCS'), offset: second.range[0] })
  return document
}

/**
 * The parser makes an Error of every mistake, and a file that is broken all over has a mistake a line: their stacks, which
 * nobody reads, are most of what such a file costs, and would hold up the service for seconds.
 */
function withoutStacks<T>(work: () => T): T {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return work()
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

interface ReadTokens {
  readonly tokens: readonly CST.Token[]
  /** Where the quote stands that is not closed up to the end of the text. */
  readonly openQuote: number | undefined
}

/**
 * The parser's tokens, or undefined when they nest so deep that going on would overflow the stack: composing them is
 * recursive, reading them is not.
 */
function readTokens(text: string, report: FormatReport): ReadTokens | undefined {
  const tokens: CST.Token[] = []
  let openQuote: number | undefined
  const parser = new Parser()
  // All lexemes first: taking turns with the parser, which is a generator as well, costs a tenth of the whole.
  for (const lexeme of [...new Lexer().lex(text)]) {
    const offset = parser.offset
    if (offset + lexeme.length === text.length && isOpenQuote(lexeme)) openQuote = offset
    for (const token of parser.next(lexeme)) tokens.push(token)
    // A document, a value, and some room: the exact limit is kept when the tree is built.
    if (parser.stack.length <= sourceLimits.levels + 8) continue
    const collections = parser.stack.filter(({ type }) => nesting.has(type))
    if (collections.length <= sourceLimits.levels) continue
    report.add({ ...tooDeep, offset: collections[sourceLimits.levels]?.offset })
    return undefined
  }
  tokens.push(...parser.end())
  return { tokens, openQuote }
}

function isOpenQuote(lexeme: string): boolean {
  // An escaped quote at the end closes nothing: \" in double quotes, '' in single ones.
  if (lexeme.startsWith('"')) return !/^"(?:|[^]*[^\\])(?:\\\\)*"$/.test(lexeme)
  if (lexeme.startsWith("'")) return (/'*$/.exec(lexeme.slice(1))?.[0].length ?? 0) % 2 === 0
  return false
}

const quoteNotClosed = {
  code: 'syntax',
  message: 'a quote is not closed',
  hint: 'Close it where the value ends.',
  isBreak: true,
} as const

const nesting: ReadonlySet<CST.Token['type']> = new Set(['block-map', 'block-seq', 'flow-collection'])

function checkVersion(tokens: readonly CST.Token[], report: FormatReport): void {
  for (const token of tokens) {
    if (token.type !== 'directive' || !token.source.startsWith('%YAML') || /^%YAML\s+1\.2(\s|$)/.test(token.source))
      continue
    report.add({
      code: 'syntax',
      message: 'only YAML 1.2 is read',
      hint: 'Remove this line. In YAML 1.2 only true and false are booleans.',
      offset: token.offset,
    })
  }
}
