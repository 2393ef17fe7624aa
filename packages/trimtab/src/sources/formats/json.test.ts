import { describe, expect, it } from 'vitest'
import { parseText, placeAt, refusals, treeOf } from '../../../../../test/support/parse-text.ts'
import { loadJsonFormat } from './json.ts'

const format = await loadJsonFormat()
const parse = (text: string) => parseText(format, text)

const service = `{
  "http": { "port": 8080 },
  "pool": {
    "max": 5,
    "hosts": ["a", "b"]
  },
  "end": true
}
`

/** The text once for each place of `mark`, without it there. */
const without = (text: string, mark: string) =>
  [...text.matchAll(new RegExp(mark, 'g'))].map(({ index }) => text.slice(0, index) + text.slice(index + 1))

describe('JSON', () => {
  it('allows comments and trailing commas', () => {
    const text = '// c\n{\n  "a": [1, {"b": null},], /* x */\n  "c": {"d": "x\\n\\u00e4"},\n}\n'
    expect(treeOf(parse(text))).toEqual({ a: [1, { b: null }], c: { d: 'x\nä' } })
  })

  it.each(['', ' \n', '// only a comment', '/* x */'])('takes a file without content as empty: %j', (text) => {
    expect(treeOf(parse(text))).toEqual({})
  })

  it('says where each value stands', () => {
    const parsed = parse('{\n  "a": [1, {"b": null}],\n  "c": {\n    "d": "x"\n  }\n}\n')
    const places = ['a', 'a[0]', 'a[1].b', 'c', 'c.d', 'c.missing', 'missing'].map((path) => placeAt(parsed, path))
    expect(places).toEqual(['f:2:8', 'f:2:9', 'f:2:18', 'f:3:8', 'f:4:10', 'f:3:8', 'f'])
  })

  it.each([':', ',', '"', '\\{', '\\}', '\\[', '\\]'].flatMap((mark) => without(service, mark)))(
    'says one thing of one sign that is missing, and nothing of what it makes of the rest: %j',
    (text) => {
      expect(refusals(parse(text)).map((refusal) => refusal.split(' ')[0])).toEqual(['syntax'])
    },
  )

  it('says of several mistakes that touch nothing else each', () => {
    expect(refusals(parse('{\n"a": "\\q",\n"b": "\\u00"\n}'))).toEqual(['syntax 2:6', 'syntax 3:6'])
  })

  it.each([
    ['a brace that is not closed', '{"a": 1', ['syntax 1:8']],
    ['a bracket that is not closed', '{"a": [1}', ['syntax 1:9']],
    ['a missing value', '{"a": }', ['syntax 1:7']],
    ['a comma for nothing', '{"a": [1,,2]}', ['syntax 1:10']],
    ['a comma alone', '{,}', ['syntax 1:2']],
    ['a missing comma', '{"a": 1\n "b": 2}', ['syntax 2:2']],
    ['a missing colon', '{"a" 1}', ['syntax 1:6']],
    ['a key without quotes', '{a: 1}', ['syntax 1:2']],
    ['single quotes', "{'a': 1}", ['syntax 1:2']],
    ['a leading zero', '{"a": 01}', ['syntax 1:8']],
    ['a plus sign', '{"a": +1}', ['syntax 1:7']],
    ['a number without its end', '{"a": 1.}', ['syntax 1:7']],
    ['a number that is none', '{"a": NaN}', ['syntax 1:7']],
    ['a hexadecimal number', '{"a": 0x10}', ['syntax 1:8']],
    ['a word that does not exist', '{"a": yes}', ['syntax 1:7']],
    ['a text that is not closed', '{"password": "hunter2\n}', ['syntax 1:14']],
    ['an escape that does not exist', '{"a": "\\q"}', ['syntax 1:7']],
    ['an escape that is too short', '{"a": "\\u12"}', ['syntax 1:7']],
    ['a tab in a text', '{"a": "\t"}', ['syntax 1:7']],
    ['a comment that is not closed', '{"a": 1} /* x', ['syntax 1:10']],
    ['something after the end', '{"a": 1} {"b": 2}', ['syntax 1:10']],
    ['a space that is none', '\u00a0{}', ['syntax 1:1']],
    ['a key that is set twice', '{"a": {"b": 1,\n "b": 2}}', ['duplicate_key 2:2']],
    ['a key of the prototype', '{"__proto__": {"x": 1}}', ['prototype_key 1:2']],
    ['an escaped key of the prototype', '{"__prot\\u006f__": 1}', ['prototype_key 1:2']],
    ['a control character in a key', '{"a\\u0000b": 1}', ['key_invalid 1:2']],
    ['a key that is too long', `{"${'k'.repeat(129)}": 1}`, ['key_invalid 1:2']],
    ['a number that loses digits', '{"a": 9007199254740993}', ['not_json 1:7']],
    ['a number too large to hold', '{"a": 1e999}', ['not_json 1:7']],
    ['half a character', '{"a": "\\ud800"}', ['not_json 1:7']],
    ['a list', '[1]', ['not_an_object 1:1']],
    ['null', 'null', ['not_an_object 1:1']],
    ['a text', '"hunter2"', ['not_an_object 1:1']],
    ['a text that is too large', `{"a": "${'x'.repeat(256 * 1024 + 1)}"}`, ['too_large 1:7']],
  ])('refuses %s', (_what, text, expected) => {
    const parsed = parse(text)
    expect(refusals(parsed)).toEqual(expected)
    expect(JSON.stringify(parsed)).not.toContain('hunter2')
  })

  it('keeps numbers that are exact, however they are written', () => {
    expect(treeOf(parse('{"a": 9007199254740991, "b": 1e20, "c": -0, "d": 0.1}'))).toEqual({
      ...{ a: 9007199254740991, b: 1e20, c: 0, d: 0.1 },
    })
  })

  it('allows 32 levels, and says where the next one begins', () => {
    const nested = (levels: number) => `{"a": ${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`
    expect(refusals(parse(nested(32)))).toEqual([])
    expect(refusals(parse(nested(33)))).toEqual(['too_deep 1:38'])
  })

  it('says the same of nesting that exhausts the stack of the parser', () => {
    expect(refusals(parse(`{"a": ${'['.repeat(2_000_000)}`))).toEqual(['too_deep 1:38'])
  })
})
