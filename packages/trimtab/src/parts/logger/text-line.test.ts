import { expect, it } from 'vitest'
import { textLine } from './text-line.ts'

const line = (fields: object) =>
  textLine(`${JSON.stringify({ level: 30, time: 0, pid: 1, hostname: 'h', ...fields })}\n`)

it('shows time, level, message and fields, and leaves out what every line of a process says', () => {
  expect(line({ msg: 'ready', port: 80, tags: ['a'], who: 'me' })).toBe(
    '1970-01-01T00:00:00.000Z INFO ready port=80 tags=["a"] who=me\n',
  )
})

it('puts the stack of an error below', () => {
  const shown = line({
    level: 50,
    msg: 'failed',
    err: { type: 'Error', message: 'no', stack: 'Error: no\n    at a.ts:1' },
  })
  expect(shown).toBe('1970-01-01T00:00:00.000Z ERROR failed\n    Error: no\n    at a.ts:1\n')
})

it('lets nobody forge a line', () => {
  const shown = line({ msg: 'a\n1970-01-01T00:00:00.000Z INFO forged', user: '\u001b[2J' })
  expect(shown.split('\n')).toHaveLength(2)
  expect(shown).not.toContain('\u001b')
})

it('leaves alone what is no line of pino', () => {
  expect(textLine('plain\n')).toBe('plain\n')
  expect(textLine('[1]\n')).toBe('[1]\n')
})

it('shows times and levels that are not numbers as they are', () => {
  expect(textLine('{"level":"notice","time":"now","msg":"m"}')).toBe('now notice m\n')
  expect(textLine('{"level":35,"msg":"m"}')).toBe('35 m\n')
})
