import { describe, expect, it } from 'vitest'
import { parseText, placeAt, refusals, treeOf } from '../../../../../../test/support/parse-text.ts'
import { printProblem } from '../../../schema/problem.ts'
import { yamlFormat } from './yaml.ts'

const parse = (text: string) => parseText(yamlFormat, text)

const service = `http:
  port: 8080
  host: 0.0.0.0
pool:
  max: 5
  idle: 3s
routes:
  x: {b: [1, 2]}
  y:
    z: 1
    w: "q"
end: 1
`

/** The text once for each place of `mark`, without it there. */
const without = (text: string, mark: string) =>
  [...text.matchAll(new RegExp(mark, 'g'))].map(({ index }) => text.slice(0, index) + text.slice(index + mark.length))

describe('YAML', () => {
  it.each([...without(service, ':'), ...without(service, ']')])(
    'says one thing of one sign that is missing, and nothing of what it makes of the rest: %j',
    (text) => {
      const parsed = parse(text)
      expect(refusals(parsed).map((refusal) => refusal.split(' ')[0])).toEqual(['syntax'])
    },
  )

  it('says of several mistakes that touch nothing else each', () => {
    const text = 'a: !foo 1\nb: "\\q"\nc: !bar 2\nd 1\ne: !baz 3\n'
    expect(refusals(parse(text))).toEqual(['not_json 1:4', 'syntax 2:5', 'not_json 3:4', 'syntax 4:1'])
  })

  it('reads the core types of YAML 1.2, in which only true and false are booleans', () => {
    const text =
      'a: 1\nb: 1.5\nc: true\nd: yes\ne: ~\nf:\ng: 0o17\nh: 0x1F\ni: 2024-01-01\nj: "1"\nk: [1, {l: m}]\nn: 1e20\n'
    expect(treeOf(parse(text))).toEqual({
      ...{ a: 1, b: 1.5, c: true, d: 'yes', e: null, f: null, g: 15, h: 31, i: '2024-01-01', j: '1' },
      ...{ k: [1, { l: 'm' }], n: 1e20 },
    })
  })

  it.each(['', '# only a comment\n', '---\n', '---\n...\n', '\n\n'])(
    'takes a file without content as empty: %j',
    (text) => {
      expect(treeOf(parse(text))).toEqual({})
    },
  )

  it('says where each value stands: a value in the line of its key, a block by its key', () => {
    const parsed = parse('a: 1\nb:\n  c: "x"\n  d:\n  e: [1,\n    2]\nf: &f {g: 3}\nh: *f\ni:\n  - 4\n  - j: 5\n')
    const places = Object.fromEntries(
      ['a', 'b', 'b.c', 'b.d', 'b.e', 'b.e[1]', 'f', 'f.g', 'h', 'h.g', 'i', 'i[0]', 'i[1].j'].map((path) => [
        path,
        placeAt(parsed, path),
      ]),
    )
    expect(places).toEqual({
      ...{ a: 'f:1:4', b: 'f:2:1', 'b.c': 'f:3:6', 'b.d': 'f:4:3', 'b.e': 'f:5:6', 'b.e[1]': 'f:6:5' },
      ...{ f: 'f:7:7', 'f.g': 'f:7:11', h: 'f:8:4', 'h.g': 'f:7:11', i: 'f:9:1', 'i[0]': 'f:10:5', 'i[1].j': 'f:11:8' },
    })
  })

  it('says for what is not there where its nearest ancestor stands, and the file alone for the root', () => {
    const parsed = parse('a: 1\nb:\n  c: x\n')
    expect([placeAt(parsed, 'b.missing.too'), placeAt(parsed, 'missing'), placeAt(parsed, 'a[3]')]).toEqual([
      ...['f:2:1', 'f', 'f:1:4'],
    ])
  })

  it('says where each key stands, and of what has none where the value stands', () => {
    const parsed = parse('a: 1\nb:\n  "c": {d: 2}\nf: &f {g: 3}\nh: *f\ni:\n  <<: *f\n  j: [4]\n')
    const paths = ['a', 'b.c', 'b.c.d', 'h', 'h.g', 'i.g', 'i.j', 'i.j[0]', 'missing', 'b.missing']
    expect(paths.map((path) => placeAt(parsed, path, 'key'))).toEqual([
      ...['f:1:1', 'f:3:3', 'f:3:9', 'f:5:1', 'f:4:8', 'f:4:8', 'f:8:3', 'f:8:7', 'f', 'f:2:1'],
    ])
  })

  it('counts lines that end with a carriage return and a line feed once', () => {
    expect(placeAt(parse('a: 1\r\nb: 2\r\n'), 'b')).toBe('f:2:4')
  })

  describe('keys', () => {
    it('takes keys as they are written, whatever they would be as values', () => {
      expect(
        treeOf(
          parse(
            '1.10: a\ntrue: b\n~: c\n0x10: d\n"/v1/*": e\n*.example.com: f\n'
              .replace('*.', "'*.")
              .replace('.com', ".com'"),
          ),
        ),
      ).toEqual({
        ...{ '1.10': 'a', true: 'b', '~': 'c', '0x10': 'd', '/v1/*': 'e', '*.example.com': 'f' },
      })
    })

    it.each([
      ['set twice', 'a: 1\nb: 2\na: 3\n', 'duplicate_key 3:1'],
      ['set twice, once as a number', '1: a\n"1": b\n', 'duplicate_key 2:1'],
      ['set twice in brackets', 'm: {a: 1, a: 2}\n', 'duplicate_key 1:11'],
      ['a list', '? [a, b]\n: 1\n', 'key_invalid 1:3'],
      ['a mapping', '? {a: b}\n: 1\n', 'key_invalid 1:3'],
      ['an alias', 'a: &a x\n*a : 1\n', 'key_invalid 2:1'],
      ['missing', 'a: 1\n: 2\n', 'key_invalid 2:1'],
      ['one of the prototype', 'a:\n  __proto__: 1\n', 'prototype_key 2:3'],
    ])('refuses a key that is %s', (_what, text, expected) => {
      expect(refusals(parse(text))).toEqual([expected])
    })

    it('names the first place of a key that is set twice', () => {
      const parsed = parse('a: 1\nb: 2\na: 3\n')
      expect(parsed.ok ? [] : parsed.problems.map(printProblem)).toEqual([
        'f:3:1: a: this key is set twice, first in line 1. Remove one of the two.',
      ])
    })
  })

  describe('merge keys and aliases', () => {
    const base = 'one: &one {x: 1, y: 1}\ntwo: &two {x: 2, z: 2}\n'

    it('merges one mapping or several: what is set beside it wins, then the first of the list', () => {
      expect(treeOf(parse(`${base}a:\n  y: 9\n  <<: [*one, *two]\nb: {<<: *two, z: 0}\n`))).toMatchObject({
        ...{ a: { x: 1, y: 9, z: 2 }, b: { x: 2, z: 0 } },
      })
    })

    it('merges what was merged, and mappings written in place', () => {
      expect(treeOf(parse(`${base}a: &a {<<: *one, w: 0}\nb: {<<: [*a, {v: 7}]}\n`))).toMatchObject({
        b: { w: 0, x: 1, y: 1, v: 7 },
      })
    })

    it('says of a merged value where it is written', () => {
      expect(placeAt(parse(`${base}a:\n  <<: *one\n`), 'a.x')).toBe('f:1:15')
    })

    it('takes a quoted << as a plain key', () => {
      expect(treeOf(parse('"<<": 1\n'))).toEqual({ '<<': 1 })
    })

    it('follows an alias to the last anchor of its name before it', () => {
      expect(treeOf(parse('a: &x 1\nb: &y [*x]\nc: &x 2\nd: *y\ne: *x\n'))).toEqual({
        a: 1,
        b: [1],
        c: 2,
        d: [1],
        e: 2,
      })
    })

    it('gives every use of an anchor a value of its own', () => {
      const parsed = parse('a: &a {x: 1}\nb: *a\n')
      expect(parsed.ok && parsed.tree['a'] !== parsed.tree['b']).toBe(true)
    })

    it.each([
      ['an alias without an anchor', 'a: *none\n', 'syntax 1:4'],
      ['an alias before its anchor', 'a: *b\nb: &b 1\n', 'syntax 1:4'],
      ['an alias inside what it stands for', 'a: &a\n  b: [*a]\n', 'alias_bomb 2:7'],
      ['a merge of itself', 'a: &a\n  <<: *a\n', 'alias_bomb 2:7'],
      ['a merge of a scalar', 'a: {<<: 3}\n', 'syntax 1:5'],
      ['a merge of a list of scalars', 'a: {<<: [3]}\n', 'syntax 1:5'],
      ['a merge of nothing', 'a:\n  <<:\n', 'syntax 2:3'],
      ['two merge keys in one mapping', `${base}a:\n  <<: *one\n  <<: *two\n`, 'duplicate_key 5:3'],
    ])('refuses %s', (_what, text, expected) => {
      expect(refusals(parse(text))).toEqual([expected])
    })

    it('allows aliases up to 100 times the document, and refuses more before making it', () => {
      const uses = (count: number) => `a: &a [1]\nb: [${Array(count).fill('*a').join(', ')}]\n`
      expect(refusals(parse(uses(1_000)))).toEqual([])
      const laughs = 'bcdefghi'.split('').map((name, index, all) => {
        const below = index === 0 ? 'a' : all[index - 1]
        return `${name}: &${name} [${Array(9).fill(`*${below}`).join(', ')}]`
      })
      expect(refusals(parse(`a: &a [${Array(9).fill('lol').join(', ')}]\n${laughs.join('\n')}\n`))).toEqual([
        expect.stringMatching(/^alias_bomb 5:\d+$/),
      ])
    })

    it('refuses a bomb of merges', () => {
      const wide = `m: &m {${Array.from({ length: 500 }, (_, index) => `k${index}: 1`).join(', ')}}\n`
      const uses = Array.from({ length: 500 }, (_, index) => `u${index}: {<<: [${Array(9).fill('*m').join(', ')}]}`)
      expect(refusals(parse(wide + uses.join('\n')))).toEqual([expect.stringMatching(/^alias_bomb /)])
      const chain = Array.from({ length: 40 }, (_, index) => `c${index + 1}: &c${index + 1} {<<: *c${index}}`)
      expect(refusals(parse(`c0: &c0 {x: 1}\n${chain.join('\n')}\n`))[0]).toBe('too_deep 34:12')
    })
  })

  describe('what is no configuration', () => {
    it.each([
      ['a number that is not finite', 'a: .inf\nb: .nan\nc: 1e999\n', ['not_json 1:4', 'not_json 2:4', 'not_json 3:4']],
      ['a whole number that would lose digits', 'a: 9007199254740993\n', ['not_json 1:4']],
      ['such a number in hexadecimal', 'a: 0x20000000000001\n', ['not_json 1:4']],
      ['a tag of its own', 'a: !secret x\n', ['not_json 1:4']],
      ['binary data', 'a: !!binary aGk=\n', ['not_json 1:4']],
      ['a set', 'a: !!set {x, y}\n', ['not_json 1:4']],
      ['a timestamp by its tag', 'a: !!timestamp 2001-01-01\n', ['not_json 1:4']],
      ['a tag that does not fit', 'a: !!int x\n', ['not_json 1:4']],
      ['half a character', 'a: "\\ud800"\n', ['not_json 1:4']],
      ['a list', '- a\n', ['not_an_object 1:1']],
      ['a text', 'password:hunter2\n', ['not_an_object 1:1']],
      ['null', 'null\n', ['not_an_object 1:1']],
      ['several documents', 'a: 1\n---\nb: 2\n', ['several_documents 2:1']],
      ['a second, empty document', '---\na: 1\n---\n', ['several_documents 3:1']],
      ['YAML 1.1', '%YAML 1.1\n---\na: yes\n', ['syntax 1:1']],
    ])('refuses %s', (_what, text, expected) => {
      expect(refusals(parse(text))).toEqual(expected)
    })

    it('allows 32 levels, and says where the next one begins', () => {
      const nested = (levels: number) => `a: ${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}\n`
      expect(refusals(parse(nested(32)))).toEqual([])
      expect(refusals(parse(nested(33)))).toEqual(['too_deep 1:35'])
      const blocks = Array.from({ length: 33 }, (_, level) => `${' '.repeat(level)}k:`).join('\n')
      expect(refusals(parse(blocks))).toEqual(['too_deep 32:32'])
    })

    it.each(['[', '{a: ', '- ', '? '])('refuses nesting without end before it can exhaust the stack: %j', (piece) => {
      expect(refusals(parse(piece.repeat(200_000)))).toEqual([expect.stringMatching(/^too_deep 1:\d+$/)])
    })

    it('writes minus zero as zero', () => {
      const parsed = parse('a: -0\n')
      expect(parsed.ok && Object.is(parsed.tree['a'], 0)).toBe(true)
    })
  })

  describe('syntax errors', () => {
    it.each([
      ['a double quote that is not closed', 'a: 1\npassword: "hunter2\nb: 2\n', ['syntax 2:11']],
      ['a single quote that is not closed', "a: 1\npassword: 'hunter2\nb: ''\n", ['syntax 2:11']],
      ['indentation that does not fit', 'a:\n  b: 1\n c: 2\n', ['syntax 3:1']],
      ['a tab', 'a:\n\tb: 1\n', ['syntax 2:1']],
      ['a bracket that is not closed', 'a: [1, 2\nb: 3\n', ['syntax 2:1']],
      ['two colons', 'a: b: c\n', ['syntax 1:4']],
      ['an escape that does not exist', 'a: "\\q"\n', ['syntax 1:5']],
      ['a reserved character', 'a: @x\n', ['syntax 1:4']],
      ['a mixture of list and mapping', '- a\nb: 1\n', ['syntax 2:1']],
      ['a directive that does not exist', '%FOO\n---\na: 1\n', ['syntax 1:1']],
      ['a line without a colon', 'a: 1\nb\nc: 2\n', ['syntax 2:1']],
    ])('says where there is %s', (_what, text, expected) => {
      expect(refusals(parse(text)).slice(0, 1)).toEqual(expected)
    })

    it('names of many mistakes the first ones, and how many there are', () => {
      const parsed = parse(`a: 1\n${'x: @y\n'.repeat(100)}`)
      expect(refusals(parsed)).toHaveLength(21)
      expect(parsed.ok ? '' : parsed.problems.at(-1)?.message).toBe('and 80 more problems in this file')
    })

    it('never shows a piece of the text', () => {
      const lines = [
        'password: "hunter2',
        'password: @hunter2',
        'a: *hunter2',
        'a: !hunter2 x',
        '%hunter2',
        'a: hunter2: x',
        '\thunter2: x',
        '&hunter2 &hunter2 a: 1',
      ]
      for (const line of lines) {
        const parsed = parse(`${line}\n`)
        expect(parsed.ok).toBe(false)
        expect(JSON.stringify(parsed)).not.toContain('hunter2')
      }
    })
  })
})
