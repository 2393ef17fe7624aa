import { describe, expect, test } from 'vitest'
import { cliFolder, schemaModule } from '../../../../../test/support/run-cli.ts'

const files = { 'src/config.js': schemaModule, 'config.yaml': 'http:\n  port: 9090\n' }

test('a valid configuration ends with 0 and names the sources that were read', async () => {
  const { run } = cliFolder(files)
  const { code, stdout, stderr } = await run(['validate'])
  expect(stdout).toBe(`  source            state
  file:config.yaml  read
  env:APP_          read

The configuration is valid: no warnings.
`)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
})

test('every problem is listed at once, with its place, its path and what to do', async () => {
  const { run } = cliFolder({ ...files, 'config.yaml': 'http:\n  prot: 80\npool:\n  max: many\n' })
  const { code, stdout } = await run(['validate'])
  expect(code).toBe(3)
  expect(stdout).toContain('error    config.yaml:2:3: http.prot: ')
  expect(stdout).toContain('Did you mean "port"?')
  expect(stdout).toContain('error    config.yaml:4:8: pool.max: expected a whole number from 1 to 500, received string')
  expect(stdout).toContain('The configuration is invalid: 2 problems, no warnings.')
})

test('a variable that matches nothing is a warning and leaves the configuration valid', async () => {
  const { run } = cliFolder(files)
  const args = ['validate', '--file', 'config.yaml', '--env-prefix', 'APP_']
  const { code, stdout } = await run(args, { env: { APP_POOL__MXA: '5' } })
  expect(code).toBe(0)
  expect(stdout).toContain('warning  env APP_POOL__MXA: ')
  expect(stdout).toContain('Did you mean APP_POOL__MAX?')
  expect(stdout).toContain('The configuration is valid: 1 warning.')
})

test('warnings are listed beside the problems of an invalid configuration', async () => {
  const { run } = cliFolder({ ...files, 'config.yaml': 'pool: { max: many }' })
  const args = ['validate', '--file', 'config.yaml', '--env-prefix', 'APP_']
  const { stdout } = await run(args, { env: { APP_POOL__MXA: '5' } })
  expect(stdout).toContain('warning  env APP_POOL__MXA: ')
  expect(stdout).toContain('1 problem, 1 warning.')
})

test('a source that cannot be read ends with the code of source_unreadable', async () => {
  const { run, write } = cliFolder({ 'src/config.js': schemaModule })
  const missing = await run(['validate'])
  expect(missing.code).toBe(4)
  expect(missing.stdout).toContain('config.yaml')
  expect(missing.stdout).toContain('The configuration could not be loaded: 1 problem, no warnings.')

  write({ 'config.yaml': 'http: [\n' })
  const broken = await run(['validate', '--json'])
  expect(broken.code).toBe(4)
  expect(JSON.parse(broken.stdout)).toMatchObject({
    status: 'unreadable',
    sources: [
      { name: 'file:config.yaml', state: 'unreadable' },
      { name: 'env:APP_', state: 'read' },
    ],
    problems: [{ code: 'syntax', origin: { file: 'config.yaml' } }],
  })
})

test('machines get one document, whose keys are always there', async () => {
  const { run } = cliFolder({ ...files, 'config.yaml': 'pool:\n  max: many\n' })
  const { code, stdout, stderr } = await run(['validate', '--json'])
  expect({ code, stderr }).toEqual({ code: 3, stderr: '' })
  expect(JSON.parse(stdout)).toEqual({
    status: 'invalid',
    schema: 'src/config.js',
    sources: [
      { name: 'file:config.yaml', state: 'read' },
      { name: 'env:APP_', state: 'read' },
    ],
    problems: [
      {
        code: 'wrong_type',
        severity: 'error',
        path: 'pool.max',
        origin: { source: 'file:config.yaml', place: 'config.yaml:2:8', file: 'config.yaml', line: 2, column: 8 },
        module: null,
        message: 'expected a whole number from 1 to 500, received string',
        hint: null,
      },
    ],
    warnings: [],
  })
})

describe('the sources', () => {
  test('that are named take the place of those of the schema module', async () => {
    const { run } = cliFolder({ ...files, 'config.yaml': 'broken: [', 'a.yaml': 'pool: { max: 1 }', 'b.json': '{}' })
    const { code, stdout } = await run(['validate', '--file', 'a.yaml', '--file=b.json', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout).sources.map((source: { name: string }) => source.name)).toEqual([
      'file:a.yaml',
      'file:b.json',
    ])
  })

  test('--set stands above those of the schema module', async () => {
    const { run } = cliFolder(files)
    const { code, stdout } = await run(['validate', '--set', 'pool.max=0'])
    expect(code).toBe(3)
    expect(stdout).toContain('error    --set pool.max: pool.max: expected a whole number from 1 to 500')
  })

  test('a source of arguments in the schema module is given those of --set, and not those of this command', async () => {
    const schema = `${schemaModule}\nsources.unshift(argsSource())`.replace('import {', 'import { argsSource,')
    const { run } = cliFolder({ ...files, 'src/config.js': schema, 'config.yaml': 'pool: { max: 7 }' })
    const { code, stdout } = await run(['explain', 'pool.max', '--set', 'pool.max=9', '--json'])
    expect(code).toBe(0)
    // It stands where the service has it: below the file.
    expect(JSON.parse(stdout)).toMatchObject({
      value: 7,
      contributions: [{ origin: { source: 'file:config.yaml' } }, { origin: { source: 'args:--set' }, value: 9 }],
    })
  })

  test('of one name twice are refused', async () => {
    const { run } = cliFolder(files)
    const { code, stderr } = await run(['validate', '--file', 'config.yaml', '--file', 'config.yaml'])
    expect(code).toBe(2)
    expect(stderr).toContain('file:config.yaml')
  })

  test('are asked for where nobody names any', async () => {
    const { run } = cliFolder({ 'src/config.js': schemaModule.replace(/^export const sources.*$/m, '') })
    const { code, stderr } = await run(['validate'])
    expect(code).toBe(2)
    expect(stderr).toContain('There is nothing to read: no source is named, and src/config.js exports no `sources`.')
    expect(stderr).toContain('--file config.yaml')
    expect((await run(['validate', '--set', 'pool.max=5'])).code).toBe(0)
  })
})
