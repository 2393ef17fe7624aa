import { describe, expect, it } from 'vitest'
import { parseText, placeAt, refusals, treeOf } from '../../../../../../test/support/parse-text.ts'
import { loadTomlFormat } from './toml.ts'

const format = await loadTomlFormat()
const parse = (text: string) => parseText(format, text)

describe('TOML', () => {
  it('reads tables, lists of tables, dotted and quoted keys', () => {
    const text = 'a = 1\n[b]\nc = "x"\nd.e = 2\n[[f]]\ng = 1\n[[f]]\ng = 2\n[f.h]\ni = [1, {j = 1, "k.l" = 2}]\n'
    expect(treeOf(parse(text))).toEqual({
      a: 1,
      b: { c: 'x', d: { e: 2 } },
      f: [{ g: 1 }, { g: 2, h: { i: [1, { j: 1, 'k.l': 2 }] } }],
    })
  })

  it.each(['', '\n', '# only a comment\n'])('takes a file without content as empty: %j', (text) => {
    expect(treeOf(parse(text))).toEqual({})
  })

  it('gives dates and times as text', () => {
    const text =
      'a = 1979-05-27T00:32:00.999-07:00\nb = 1979-05-27T07:32:00\nc = 1979-05-27\nd = 07:32:00\ne = 1979-05-27 07:32:00Z\n'
    expect(treeOf(parse(text))).toEqual({
      a: '1979-05-27T00:32:00.999-07:00',
      b: '1979-05-27T07:32:00.000',
      c: '1979-05-27',
      d: '07:32:00.000',
      e: '1979-05-27T07:32:00.000Z',
    })
  })

  it('says where each key stands', () => {
    const parsed = parse('a = 1\n[b.c]\n"d" = {e = 2}\n  f.g = 3\n[[h]]\ni = [4]\n')
    const paths = ['a', 'b', 'b.c', 'b.c.d', 'b.c.d.e', 'b.c.f.g', 'h[0].i', 'missing']
    expect(paths.map((path) => placeAt(parsed, path, 'key'))).toEqual([
      ...['f:1:1', 'f:2:1', 'f:2:1', 'f:3:1', 'f:3:8', 'f:4:3', 'f:6:1', 'f'],
    ])
  })

  it('says where each value stands', () => {
    const parsed = parse(
      [
        'a = 1 # x = "', //  1
        '"q.\\u0072" = 2', // 2
        '[b.c] # [no]', //   3
        "'lit]' = '''", //   4
        "[not] = 'a''", //   5
        "'''", //            6
        'd = """', //        7
        '\\"" x = 1""""', // 8
        'e.f = [ # ]', //    9
        '  1, [2,', //      10
        '  {g = "}", h.i = 1979-05-27 07:32:00}],', // 11
        ']', //             12
        '[[t]]', //         13
        'u = 1', //         14
        '[t.v]', //         15
        'w = {}', //        16
        '[[t]]', //         17
        '[[t.x]]', //       18
        'y = 1', //         19
        '[b]', //           20
        'z = -inf_x', //    21
      ]
        .join('\n')
        .replace('-inf_x', '-1.5e3'),
    )
    const expected = {
      ...{ a: '1:5', '["q.r"]': '2:14', b: '20:1', 'b.c': '3:1', 'b.c["lit]"]': '4:10', 'b.c.d': '7:5' },
      ...{ 'b.c.e': '9:1', 'b.c.e.f': '9:7', 'b.c.e.f[0]': '10:3', 'b.c.e.f[1]': '10:6', 'b.c.e.f[1][0]': '10:7' },
      ...{ 'b.c.e.f[1][1]': '11:3', 'b.c.e.f[1][1].g': '11:8', 'b.c.e.f[1][1].h.i': '11:19' },
      ...{ t: '13:1', 't[0]': '13:1', 't[0].u': '14:5', 't[0].v': '15:1', 't[0].v.w': '16:5' },
      ...{ 't[1]': '17:1', 't[1].x[0]': '18:1', 't[1].x[0].y': '19:5', 'b.z': '21:5' },
    }
    const found = Object.keys(expected).map((path) => [path, placeAt(parsed, path).slice(2)])
    expect(Object.fromEntries(found)).toEqual(expected)
  })

  it.each([
    ['a value that is none', 'a = hunter2\n', ['syntax 1:5']],
    ['a text that is not closed', 'a = 1\nb = "hunter2\nc = 3\n', ['syntax 2:13']],
    ['a long text that is not closed', 'a = """hunter2\n', ['syntax 1:5']],
    ['a key without a value', 'a\nb = 1\n', ['syntax 1:2']],
    ['a missing value', 'a = \n', ['syntax 1:5']],
    ['something after a value', 'a = 1 hunter2\n', ['syntax 1:7']],
    ['a header that is not closed', '[a\nb = 1\n', ['syntax 1:3']],
    ['a list that is not closed', 'a = [1, 2\n', ['syntax 2:1']],
    ['an inline table that is not closed', 'a = {b = 1\n', ['syntax 2:1']],
    ['a number with a leading zero', 'a = 01\n', ['syntax 1:5']],
    ['a date that is none', 'a = 2024-13-01\n', ['syntax 1:5']],
    ['an escape that does not exist', 'a = "\\q"\n', ['syntax 1:7']],
    ['a key that is set twice', 'a = 1\na = 2\n', ['duplicate_key 2:1']],
    ['a table that is set twice', '[a]\n[a]\n', ['duplicate_key 2:2']],
    ['a table over a value', 'a = 1\n[a.b]\n', ['duplicate_key 2:2']],
    ['a key of the prototype', 'a = 1\n__proto__ = 2\n', ['prototype_key 2:1']],
    ['a table of the prototype', '[a.constructor]\nb = 1\n', ['prototype_key 1:1']],
    ['a number that loses digits', 'a = 9007199254740993\n', ['not_json 1:5']],
    ['numbers that are not finite', 'a = inf\nb = nan\n', ['not_json 1:5', 'not_json 2:5']],
    ['an empty key in a list of tables', '[[a.]]\n', ['syntax 1:5']],
    ['a control character', 'a = 1 # \u0001\n', ['syntax 1:9']],
  ])('refuses %s', (_what, text, expected) => {
    const parsed = parse(text)
    expect(refusals(parsed)).toEqual(expected)
    expect(JSON.stringify(parsed)).not.toContain('hunter2')
  })

  it('allows 32 levels, and says where the next one begins', () => {
    const nested = (levels: number) => `a = ${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}\n`
    expect(refusals(parse(nested(32)))).toEqual([])
    expect(refusals(parse(nested(33)))).toEqual(['too_deep 1:36'])
    expect(refusals(parse(nested(100_000)))).toEqual([expect.stringMatching(/^too_deep 1:/)])
    expect(refusals(parse(`${Array(33).fill('k').join('.')} = 1\n`))).toEqual([expect.stringMatching(/^too_deep 1:/)])
  })
})
