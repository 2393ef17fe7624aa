import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { errorCodes } from '../packages/trimtab/src/errors/error-codes.ts'
import { pages } from './reference-pages.ts'

test.each([...pages])('%s says what the code says', async (place, text) => {
  expect(await readFile(new URL(`../${place}`, import.meta.url), 'utf8')).toBe(text())
})

test('every code has an HTTP status of a failure and an exit code of its own meaning', () => {
  for (const [code, { status, exitCode, title, action }] of Object.entries(errorCodes)) {
    expect(status, code).toBeGreaterThanOrEqual(400)
    expect(exitCode, code).toBeGreaterThan(0)
    expect(title, code).not.toMatch(/\.$/)
    expect(action, code).toMatch(/\.$/)
  }
})
