import { parseArgs } from 'node:util'
import { expect, it } from 'vitest'
import { readArguments } from '../../examples/gateway/src/arguments.ts'

const options = {
  port: { type: 'string', default: '8081' },
  files: { type: 'boolean', default: false },
} as const
const read = (...args: readonly string[]) => readArguments(options, () => parseArgs({ options, args }))

it('gives what parseArgs gives', () => {
  expect(read('--port', '1')).toEqual({ kind: 'read', values: expect.objectContaining({ port: '1', files: false }) })
})

it.each([
  [['--prt', '1'], "Unknown option '--prt'"],
  [['--prt=hunter2'], "Unknown option '--prt'"],
  [['-p'], "Unknown option '-p'"],
  [['--port'], "Option '--port <value>' argument missing"],
  [['--port', '--files'], "Option '--port' argument is ambiguous"],
  [['--files=hunter2'], "Option '--files' does not take an argument"],
  [['hunter2'], 'An argument belongs to no option'],
])('says of %j in one line what is wrong and what there is', (args, wrong) => {
  expect(read(...args)).toEqual({ kind: 'wrong', why: `${wrong}. There are --port …, --files.` })
})

it('lets out what is no matter of arguments', () => {
  const failing = () => {
    throw new Error('elsewhere')
  }
  expect(() => readArguments(options, failing)).toThrow('elsewhere')
})
