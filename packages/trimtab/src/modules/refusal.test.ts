import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { tempFolder } from '../../../../test/support/temp-folder.ts'
import { TrimtabError } from '../errors/trimtab-error.ts'
import { createPlane } from '../plane/create-plane.ts'
import { defineConfig } from '../schema/define-config.ts'
import { dynamic, secret } from '../schema/marks.ts'
import { printProblem } from '../schema/problem.ts'
import { fileSource } from '../sources/file.ts'
import { createTestPlane } from '../testing/test-plane.ts'
import { defineModule } from './define-module.ts'
import { refusal } from './refusal.ts'

const config = defineConfig(
  z.object({
    pool: dynamic(z.object({ min: z.number(), max: z.number(), password: secret(z.string().default('hunter2!')) })),
  }),
)

/** A plane over a file, whose one module refuses by `refuse` whenever `min` is above `max`. */
async function planeThatRefuses(refuse: () => unknown) {
  const file = join(tempFolder(), 'config.yaml')
  const write = (min: number) => writeFileSync(file, `# sizes\npool:\n  max: 10\n  min: ${min}\n`)
  write(1)
  const pool = defineModule({
    name: 'pool',
    config: config.section('pool'),
    start: () => ({}),
    reload() {},
    check({ next }) {
      if (next.min > next.max) throw refuse()
    },
  })
  const sources = [fileSource(file, { watch: false })]
  const plane = await createPlane({ config, sources, modules: [pool], logger: false })
  write(20)
  const outcome = await plane.reload()
  await plane.close()
  return { file, outcome }
}

test('a refusal is reported at every place it names, with file, line and column', async () => {
  const { file, outcome } = await planeThatRefuses(() =>
    refusal([
      { path: ['pool', 'min'], why: 'expected no more than pool.max', hint: 'Lower it' },
      { path: ['pool', 'max'], why: 'expected no less than pool.min' },
    ]),
  )
  expect(outcome.status).toBe('validation_failed')
  expect(outcome.problems.map(printProblem)).toEqual([
    `${file}:4:8: pool.min: module pool: expected no more than pool.max. Lower it`,
    `${file}:3:8: pool.max: module pool: expected no less than pool.min`,
  ])
  expect(outcome.modules).toMatchObject([
    { status: 'failed', step: 'check', error: 'expected no more than pool.max; expected no less than pool.min' },
  ])
})

test('any other error refuses at the section of its module', async () => {
  const { file, outcome } = await planeThatRefuses(() => new Error('too small'))
  const [problem] = outcome.problems
  expect(problem).toMatchObject({ code: 'module_refused', path: 'pool', module: 'pool', message: 'too small' })
  expect(problem && printProblem(problem)).toMatch(new RegExp(`^${file}:\\d+:\\d+: pool: module pool: too small$`))
})

test('a place that nobody has set is reported where it would stand', async () => {
  const { file, outcome } = await planeThatRefuses(() => refusal([{ path: ['pool', 'idle'], why: 'expected it' }]))
  const [problem] = outcome.problems
  expect(problem && printProblem(problem)).toMatch(
    new RegExp(`^${file}:\\d+:\\d+: pool.idle: module pool: expected it$`),
  )
})

test('a refusal shows no secret of the configuration', async () => {
  const { outcome } = await planeThatRefuses(() => refusal([{ path: ['pool'], why: 'hunter2! does not open it' }]))
  expect(JSON.stringify(outcome.problems)).not.toContain('hunter2!')
})

test('the message of the error names every place', () => {
  const error = refusal([{ path: ['routes', '/v1/*', 'match'], why: 'expected another' }])
  expect(error.message).toBe('routes["/v1/*"].match: expected another')
})

test('a hint and a path are scrubbed as well, and what only looks like a refusal is one of the whole section', async () => {
  const quoting = refusal([{ path: ['pool', 'hunter2!'], why: 'is wrong', hint: 'Do not use hunter2!' }])
  const { outcome } = await planeThatRefuses(() => quoting)
  expect(outcome.problems).toHaveLength(1)
  expect(JSON.stringify(outcome)).not.toContain('hunter2!')
  expect(outcome.problems[0]).toMatchObject({ message: 'is wrong', hint: 'Do not use [secret]' })

  const broken = new TrimtabError('config_invalid', 'no', { details: { problems: [{ path: 'a[[' }, null] } })
  const { outcome: whole } = await planeThatRefuses(() => broken)
  expect(whole.problems).toMatchObject([{ code: 'module_refused', path: 'pool', message: 'no' }])
})

test('what `enabled` throws is scrubbed', async () => {
  const password = 'hunter2!'
  const pool = defineModule({
    name: 'pool',
    config: config.section('pool'),
    enabled: (section) => {
      throw new Error(`not with ${section.password.reveal()}`)
    },
    start: () => ({}),
  })
  const boot = createTestPlane(config, { tree: { pool: { min: 1, max: 2, password } }, modules: [pool] })
  await expect(boot).rejects.toMatchObject({ message: expect.stringContaining('not with [secret]') })
})
