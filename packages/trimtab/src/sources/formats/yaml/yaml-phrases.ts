import type { ErrorCode } from 'yaml'
import type { ProblemCode } from '../../../schema/problem.ts'

interface Phrase {
  readonly code: ProblemCode
  readonly message: string
  readonly hint?: string
  readonly isBreak?: true
}

const syntax = (message: string, hint?: string): Phrase =>
  hint === undefined ? { code: 'syntax', message } : { code: 'syntax', message, hint }

/** After it the parser takes keys for values, or closes what is open: one missing colon made up to 17 problems. */
const broken = (message: string, hint?: string): Phrase => ({ ...syntax(message, hint), isBreak: true })

const quotes = 'Put the value in quotes.'

/** What the parser's error codes mean, in words of our own: its messages quote the text. */
const phrases: Readonly<Record<ErrorCode, Phrase>> = {
  ALIAS_PROPS: syntax('an alias has an anchor or a tag of its own', 'Write the alias alone.'),
  BAD_ALIAS: syntax('an anchor or alias has no name, or one that ends in a colon'),
  BAD_DIRECTIVE: syntax('this is not a directive of YAML 1.2', 'Remove the line that begins with %, or quote its key.'),
  BAD_DQ_ESCAPE: syntax(
    'a backslash in double quotes begins an escape that does not exist',
    'Double the backslash, or use single quotes.',
  ),
  BAD_INDENT: broken(
    'the indentation does not fit what is above, or a bracket is not closed',
    'Indent entries of one group alike, and close every bracket.',
  ),
  BAD_PROP_ORDER: syntax('an anchor or a tag stands in the wrong place'),
  BAD_SCALAR_START: syntax('a value begins with a character that YAML keeps for itself', quotes),
  BLOCK_AS_IMPLICIT_KEY: broken(
    'a second key stands in the same line',
    `${quotes} Text with a colon and a space needs them.`,
  ),
  BLOCK_IN_FLOW: broken('a block stands inside brackets', 'Inside brackets use brackets only.'),
  DUPLICATE_KEY: { code: 'duplicate_key', message: 'this key is set twice', hint: 'Remove one of the two.' },
  IMPOSSIBLE: broken('this cannot be read as YAML'),
  KEY_OVER_1024_CHARS: broken('a key is longer than 1024 characters, or a quote is not closed'),
  MISSING_CHAR: broken(
    'a character is missing here or before: a colon, comma, bracket or closing quote',
    'After a key comes a colon and a space.',
  ),
  MULTILINE_IMPLICIT_KEY: broken(
    'a key goes over several lines, or a line lacks its colon',
    'After a key comes a colon and a space.',
  ),
  MULTIPLE_ANCHORS: syntax('a value has more than one anchor'),
  MULTIPLE_DOCS: {
    code: 'several_documents',
    message: 'a second document begins here',
    hint: 'Keep one document in a file: remove the line --- or split the file.',
  },
  MULTIPLE_TAGS: syntax('a value has more than one tag'),
  NON_STRING_KEY: { code: 'key_invalid', message: 'a key must be a single text' },
  RESOURCE_EXHAUSTION: { code: 'too_deep', message: 'nested too deep to be read' },
  TAB_AS_INDENT: broken('a tab is used for indentation', 'Indent with spaces.'),
  TAG_RESOLVE_FAILED: {
    code: 'not_json',
    message: 'a tag is not known, or does not fit its value',
    hint: 'Remove it. Known are !!str, !!int, !!float, !!bool, !!null, !!map and !!seq.',
  },
  UNEXPECTED_TOKEN: broken('this cannot stand here', 'Look at the quotes, colons and indentation before it.'),
  BAD_COLLECTION_TYPE: syntax('a tag does not fit its value', 'Remove the tag.'),
}

export function yamlPhrase(code: ErrorCode): Phrase {
  // A later version of the parser may know more codes.
  return Object.hasOwn(phrases, code) ? phrases[code] : phrases.IMPOSSIBLE
}
