import { expect, test } from 'vitest'
import { readGuide } from './read-guide.ts'

const page = (...lines: readonly string[]): string => lines.join('\n')

test('a page is read as what its reader does, in order', () => {
  const markdown = page(
    ...['```yaml', '# config.yaml', 'a: 1', '```', 'Then:'],
    ...['```sh stays-up', 'node main.mjs', '```', '```text', 'ready', '```'],
  )
  expect(readGuide('x.md', markdown)).toEqual([
    { kind: 'write', file: 'config.yaml', text: '# config.yaml\na: 1\n', line: 1 },
    { kind: 'run', commands: ['node main.mjs'], staysUp: true, line: 6 },
    { kind: 'expect', lines: ['ready'], line: 9 },
  ])
})

test.each([
  ['code that names no file', page('```ts', 'const a = 1', '```'), 'does not name its file'],
  ['a block of no language', page('```', 'something', '```'), 'not run by anything'],
  ['a block that is never closed', page('```sh', 'ls'), 'is not closed'],
])('%s is refused, because nobody would run it', (_, markdown, why) => {
  expect(() => readGuide('x.md', markdown)).toThrow(`x.md:1: `)
  expect(() => readGuide('x.md', markdown)).toThrow(why)
})
