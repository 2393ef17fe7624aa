import { expect, it } from 'vitest'
import { describeFailure, withFailures } from './store-failure.ts'

const answer = (code: string, message: string) => Object.assign(new Error(message), { code, severity: 'ERROR' })

it.each([
  ['P0001', 'bad value "hunter2"'],
  ['22P02', 'invalid input syntax for type json: "hunter2"'],
  ['23502', 'null value in row hunter2'],
  ['MY001', 'hunter2 is not allowed'],
  ['23514', 'hunter2'],
])('shows of an answer with %s no message that may hold a value', async (code, message) => {
  const failing = withFailures('publishing', undefined, () => Promise.reject(answer(code, message)))
  const error: unknown = await failing.catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'store_unavailable', details: { sqlState: code } })
  expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('hunter2')
  expect(String(error)).toContain(`(SQLSTATE ${code})`)
})

it('shows what the server says of itself', () => {
  expect(describeFailure(answer('42501', 'permission denied for table entries'))).toContain('for table entries')
  expect(describeFailure(answer('54000', 'index row size exceeds the maximum'))).toContain('index row size')
})
