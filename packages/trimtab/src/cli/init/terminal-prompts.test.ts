import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { problemWithName } from './answers.ts'
import { terminalPrompts } from './terminal-prompts.ts'

/** A terminal in which somebody presses keys as soon as a question stands there. */
function terminal(keys: readonly string[]): {
  readonly input: PassThrough
  readonly output: PassThrough
  shown(): string
} {
  const input = new PassThrough()
  const output = new PassThrough()
  const waiting = [...keys]
  let shown = ''
  output.on('data', (chunk: Buffer) => {
    shown += chunk.toString()
    const key = waiting.shift()
    if (key !== undefined) setImmediate(() => input.write(key))
  })
  return { input, output, shown: () => shown }
}

const enter = '\r'
const down = '\u001b[B'
const ctrlC = '\u0003'

test('the suggested name is taken with Enter', async () => {
  const { input, output } = terminal([enter])
  expect(await terminalPrompts({ input, output }).name('checkout', problemWithName)).toBe('checkout')
})

test('a name that npm would not take is asked for again', async () => {
  const { input, output, shown } = terminal(['X', enter, '\u007f', enter])
  expect(await terminalPrompts({ input, output }).name('checkout', problemWithName)).toBe('checkout')
  expect(shown()).toContain('A name is 1 to 100 lower-case letters')
})

test('the language is chosen from the two that there are', async () => {
  const first = terminal([enter])
  expect(await terminalPrompts(first).language('typescript')).toBe('typescript')
  const second = terminal([down, enter])
  expect(await terminalPrompts(second).language('typescript')).toBe('javascript')
})

test('whoever presses Ctrl-C has given up', async () => {
  const first = terminal([ctrlC])
  expect(await terminalPrompts(first).name('checkout', problemWithName)).toBe(undefined)
  const second = terminal([ctrlC])
  expect(await terminalPrompts(second).language('typescript')).toBe(undefined)
})
