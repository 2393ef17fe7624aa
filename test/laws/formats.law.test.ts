import * as fc from 'fast-check'
import { stringify as stringifyToml } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { stringify as stringifyYaml } from 'yaml'
import type { Segments } from '../../packages/trimtab/src/model/path.ts'
import { isPlainObject } from '../../packages/trimtab/src/primitives/json.ts'
import { loadDotenvFormat } from '../../packages/trimtab/src/sources/formats/dotenv/dotenv.ts'
import type { Format } from '../../packages/trimtab/src/sources/formats/format.ts'
import { loadJsonFormat } from '../../packages/trimtab/src/sources/formats/json.ts'
import { locateIn } from '../../packages/trimtab/src/sources/formats/place.ts'
import { loadTomlFormat } from '../../packages/trimtab/src/sources/formats/toml/toml.ts'
import { yamlFormat } from '../../packages/trimtab/src/sources/formats/yaml/yaml.ts'
import { parseText, treeOf } from '../support/parse-text.ts'

const runs = 1_000

const key = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom(...'ab.-_ /"\'\\*#:[]{}'.split('')),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    ),
    maxLength: 8,
  })
  .filter((text) => !['__proto__', 'constructor', 'prototype'].includes(text) && !/\p{Cc}/u.test(text))

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom('', 'true', '1', '"', "'''", 'a\nb', 'a\r\nb\n', '#x', '[t]', 'k = 1', '- x', ': ', '\\'),
)

const trees = (scalars: fc.Arbitrary<unknown>) =>
  fc.letrec<{ value: unknown; object: object }>((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, scalars, fc.array(tie('value'), { maxLength: 4 }), tie('object')),
    object: fc.dictionary(key, tie('value'), { maxKeys: 5, noNullPrototype: true }),
  })).object

const numbers = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
)
const exact = numbers.filter((value) => !Number.isInteger(value) || Number.isSafeInteger(value))
const jsonScalar = fc.oneof(text, exact, fc.boolean(), fc.constant(null))
// TOML has no null, and its writer gives whole doubles as integers.
const tomlScalar = fc.oneof(text, exact, fc.boolean())

const json = await loadJsonFormat()
const toml = await loadTomlFormat()

const cases: readonly [string, Format, fc.Arbitrary<object>, (tree: object) => string][] = [
  ['JSON', json, trees(jsonScalar), (tree) => JSON.stringify(tree, null, 2)],
  ['YAML in blocks', yamlFormat, trees(jsonScalar), (tree) => stringifyYaml(tree, { aliasDuplicateObjects: false })],
  ['YAML in brackets', yamlFormat, trees(jsonScalar), (tree) => stringifyYaml(tree, { collectionStyle: 'flow' })],
  ['TOML', toml, trees(tomlScalar), (tree) => stringifyToml(tree)],
]

describe.each(cases)('%s', (_name, format, arbitrary, write) => {
  it('gives back what was written', () => {
    fc.assert(
      fc.property(arbitrary, (tree) => {
        expect(treeOf(parseText(format, write(tree)))).toEqual(JSON.parse(JSON.stringify(tree)))
      }),
      { numRuns: runs },
    )
  })

  it('places every value where it is written', () => {
    fc.assert(
      fc.property(arbitrary, (tree) => {
        const written = write(marked(tree))
        const lines = written.split('\n')
        const parsed = parseText(format, written)
        if (!parsed.ok) throw new Error('refused')
        for (const [path, value] of leaves(parsed.tree, [])) {
          if (typeof value !== 'string') continue
          const location = locateIn(parsed.place, path)
          if (location.kind !== 'file') throw new Error('not in the file')
          const line = lines[(location.line ?? 0) - 1] ?? ''
          const start = (location.column ?? 0) - 1
          const found = [line.slice(start, start + value.length), line.slice(start + 1, start + 1 + value.length)]
          // At the opening quote, where there is one.
          expect(found[/["']/.test(line.charAt(start)) ? 1 : 0]).toBe(value)
          expect(line.charAt(start - 1)).not.toMatch(/["']/)
        }
      }),
      { numRuns: runs },
    )
  })
})

describe.each([
  ['JSON', json],
  ['YAML', yamlFormat],
  ['TOML', toml],
  ['.env', await loadDotenvFormat()],
] as const)('%s, whatever the text', (_name, format) => {
  const pieces = fc.array(
    fc.oneof(
      fc.constantFrom(
        'a: ',
        '- ',
        '[',
        ']',
        '{',
        '}',
        ',',
        ':',
        '"',
        "'",
        '\n',
        '  ',
        '\t',
        '#',
        '&a ',
        '*a',
        '<<: ',
        '!x ',
        '|',
        '>',
        '?',
        '%',
        '---\n',
      ),
      fc.constantFrom(
        'a = ',
        '[t]\n',
        '[[t]]\n',
        '"""',
        "'''",
        '\\',
        '1',
        '1.5',
        'true',
        'null',
        '//',
        '/*',
        '*/',
        '\r\n',
        'é',
        '😀',
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
    { maxLength: 40 },
  )

  it('gives a tree or problems with places inside the file, and shows no piece of it', () => {
    fc.assert(
      fc.property(pieces, (parts) => {
        const written = parts.join('')
        const parsed = parseText(format, `${written}\nhunter2-secret\n`)
        if (parsed.ok) return
        expect(parsed.problems.length).toBeGreaterThan(0)
        const lines = `${written}\nhunter2-secret\n`.split('\n')
        for (const { origin, message, hint } of parsed.problems) {
          expect(`${message} ${hint}`).not.toContain('hunter2')
          const { location } = origin ?? {}
          if (location?.kind !== 'file' || location.line === undefined) continue
          expect(location.line).toBeLessThanOrEqual(lines.length)
          expect(location.column ?? 0).toBeLessThanOrEqual((lines[location.line - 1] ?? '').length + 1)
        }
      }),
      { numRuns: runs },
    )
  })
})

/** The same tree with texts that no writer folds or escapes, each another one. */
function marked(tree: unknown): object {
  let count = 0
  const mark = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(mark)
    if (isPlainObject(value))
      return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, mark(child)]))
    count += 1
    return `leaf${count}x`
  }
  return mark(tree) as object
}

function* leaves(value: unknown, path: Segments): Generator<readonly [Segments, unknown]> {
  if (Array.isArray(value)) for (const [index, child] of value.entries()) yield* leaves(child, [...path, index])
  else if (isPlainObject(value))
    for (const [name, child] of Object.entries(value)) yield* leaves(child, [...path, name])
  else yield [path, value]
}
