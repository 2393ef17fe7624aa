import { expect, test } from 'vitest'
import { cliFolder, schemaModule } from '../../../../../test/support/run-cli.ts'

const files = { 'src/config.js': schemaModule, 'config.yaml': 'pool:\n  max: 20\n', 'base.yaml': 'pool: { max: 5 }' }
const all = ['--file', 'base.yaml', '--file', 'config.yaml', '--env-prefix', 'APP_']

test('a value is shown with who set it, what the others said, and what the field is', async () => {
  const { run } = cliFolder(files)
  const { code, stdout } = await run(['explain', 'pool.max', ...all], { env: { APP_POOL__MAX: '30' } })
  expect(code).toBe(0)
  expect(stdout).toBe(`pool.max = 30
  Open connections at most

  set by      env APP_POOL__MAX
  expected    a whole number from 1 to 500
  default     10
  changes     at once

  source            says  where
  env:APP_          30    env APP_POOL__MAX  applies
  file:config.yaml  20    config.yaml:2:8    shadowed by env APP_POOL__MAX
  file:base.yaml    5     base.yaml:1:14     shadowed by env APP_POOL__MAX
`)
})

test('a value that nobody set is the default', async () => {
  const { run } = cliFolder(files)
  const { stdout } = await run(['explain', 'http.port'])
  expect(stdout).toContain('http.port = 8080\n')
  expect(stdout).toContain("set by      the schema's defaults\n")
  expect(stdout).toContain('changes     at a restart\n')
  expect(stdout).not.toContain('source ')
})

test('an object names everybody who set a part of it', async () => {
  const { run } = cliFolder({ ...files, 'base.yaml': 'pool: { url: x }' })
  const { stdout } = await run(['explain', 'pool', ...all])
  expect(stdout).toContain('set by      config.yaml:1:1, base.yaml:1:7\n')
  expect(stdout).not.toContain('shadowed')
})

test('machines get one document, whose keys are always there', async () => {
  const { run } = cliFolder(files)
  const { code, stdout } = await run(['explain', 'pool.max', ...all, '--json'])
  expect(code).toBe(0)
  const place = (file: string, line: number, column: number) => {
    return { source: `file:${file}`, place: `${file}:${line}:${column}`, file, line, column }
  }
  expect(JSON.parse(stdout)).toEqual({
    path: 'pool.max',
    status: 'valid',
    value: 20,
    origin: place('config.yaml', 2, 8),
    contributions: [
      { origin: place('config.yaml', 2, 8), value: 20, wins: true, shadowedBy: null },
      { origin: place('base.yaml', 1, 14), value: 5, wins: false, shadowedBy: place('config.yaml', 2, 8) },
    ],
    marks: { dynamic: true, secret: false, perTenant: false },
    description: 'Open connections at most',
    expected: 'a whole number from 1 to 500',
    default: 10,
    problems: [],
  })
})

test('an invalid configuration is explained as well, without a value, and ends with the code of config_invalid', async () => {
  const { run } = cliFolder({ ...files, 'config.yaml': 'pool:\n  max: many\n' })
  const { code, stdout } = await run(['explain', 'pool.max', ...all])
  expect(code).toBe(3)
  expect(stdout).toContain('pool.max = not in force: the configuration is invalid\n')
  expect(stdout).toContain('file:config.yaml  [string]')
  expect(stdout).toContain('error    config.yaml:2:8: pool.max: expected a whole number')
})

test('a source that cannot be read is the answer: nobody knows what it would have said', async () => {
  const { run } = cliFolder({ ...files, 'config.yaml': 'pool: [' })
  const { code, stdout, stderr } = await run(['explain', 'pool.max'])
  expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
  expect(stderr).toContain('config.yaml:1:')
})

test('a path that the schema does not have ends with 2 and the nearest one that it has', async () => {
  const { run } = cliFolder(files)
  const { code, stderr } = await run(['explain', 'pool.maximum'])
  expect(code).toBe(2)
  expect(stderr).toContain('pool.maximum')
  expect(stderr).toContain('pool.max')
})
