import { expect, it } from 'vitest'
import { stateWords } from './state-words.ts'
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

it.each([
  ['3D000', 'there is no such database; create it, or correct its name (SQLSTATE 3D000).'],
  ['28P01', 'the password was not accepted; correct the user or the password of the connection (SQLSTATE 28P01).'],
  ['53300', 'the server has no connection left (SQLSTATE 53300).'],
  ['42501', /^the database says hunter2; grant the user a role .* \(SQLSTATE 42501\)\.$/],
  ['TT002', 'the history of the store has no way to say that (SQLSTATE TT002).'],
])('says of %s what it means, what to do, and last the code', async (code, expected) => {
  const failing = withFailures('publishing', undefined, () => Promise.reject(answer(code, 'hunter2')))
  const { message } = await failing.catch((thrown: Error) => thrown)
  const [, told] = /^The store failed at publishing: (.*)$/.exec(message) ?? []
  if (typeof expected === 'string') expect(told).toBe(expected)
  else expect(told).toMatch(expected)
  expect(describeFailure(answer(code, 'hunter2'))).toMatch(new RegExp(`^[^;]* \\(SQLSTATE ${code}\\)$`))
})

it('has no name of PostgreSQL’s in what it says', () => {
  expect(Object.values(stateWords).map(({ why, advice = '' }) => why + advice)).not.toContainEqual(
    expect.stringContaining('_'),
  )
})
