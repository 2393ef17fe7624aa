import { expect, test } from 'vitest'
import { errorCodes } from '../errors/error-codes.ts'
import { cliFolder, runCli, schemaModule } from '../../../../test/support/run-cli.ts'
import type { InitPrompts } from './init/prompts.ts'

test('without a command the help goes to stderr and the exit code says that something was missing', async () => {
  const { code, stdout, stderr } = await runCli([])
  expect({ code, stdout }).toEqual({ code: errorCodes.option_invalid.exitCode, stdout: '' })
  expect(stderr).toContain('Usage: trimtab ')
})

test('help goes to stdout, as wide as the terminal and no wider than can be read', async () => {
  const lengths = async (columns: number | undefined) => {
    const { code, stdout } = await runCli(['plan', '--help'], { columns })
    expect(code).toBe(0)
    return Math.max(...stdout.split('\n').map((line) => line.length))
  }
  expect(await lengths(300)).toBeLessThanOrEqual(100)
  expect(await lengths(undefined)).toBeLessThanOrEqual(82)
})

test('the version is that of the package', async () => {
  const { default: manifest } = await import('../../package.json', { with: { type: 'json' } })
  expect(await runCli(['--version'])).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' })
})

test('an error says what to do next, on stderr', async () => {
  const { code, stdout, stderr } = await runCli(['validat'])
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toBe(
    "error  Unknown command 'validat'. Did you mean validate?\nRun `trimtab --help` for what there is.\n",
  )
})

test('with --json an error is a document on stdout, and stderr is silent', async () => {
  const { run } = cliFolder()
  const { code, stdout, stderr } = await run(['validate', '--json'])
  expect({ code, stderr }).toEqual({ code: 2, stderr: '' })
  expect(JSON.parse(stdout)).toEqual({
    error: {
      code: 'option_invalid',
      title: errorCodes.option_invalid.title,
      message: expect.stringContaining('There is no schema module'),
      next: expect.stringContaining('--schema'),
      exitCode: 2,
    },
  })
})

test('what nobody expected is internal, and shows where it happened when that is asked for', async () => {
  const prompts: InitPrompts = {
    name: () => Promise.reject(new RangeError('a fault')),
    language: () => Promise.resolve('javascript'),
  }
  const { run } = cliFolder()
  const quiet = await run(['init', 'svc'], { prompts })
  expect(quiet).toMatchObject({ code: errorCodes.internal.exitCode, stdout: '' })
  expect(quiet.stderr).toContain('error  a fault\n')
  expect(quiet.stderr).toContain('Set DEBUG=trimtab')
  const loud = await run(['init', 'svc'], { prompts, env: { DEBUG: 'other,trimtab' } })
  expect(loud.stderr).toContain('RangeError: a fault\n    at ')
})

test('colours are for terminals whose user does not refuse them', async () => {
  const { run } = cliFolder({ 'config.js': schemaModule, 'config.yaml': 'pool: { max: 0 }' })
  const isColoured = async (isTTY: boolean, env: Record<string, string> = {}) => {
    const { stdout } = await run(['validate'], { isTTY, env })
    return stdout.includes('\u001b[')
  }
  expect(await isColoured(true)).toBe(true)
  expect(await isColoured(false)).toBe(false)
  expect(await isColoured(true, { NO_COLOR: '1' })).toBe(false)
  expect(await isColoured(true, { NO_COLOR: '' })).toBe(true)
  expect(await isColoured(true, { TERM: 'dumb' })).toBe(false)
})

test('no command shows a secret, wherever it was written by mistake', async () => {
  const texts = [
    'pool: { url: "postgres://app:hunter2@db" }',
    'pool: { max: "hunter2", url: "hunter2" }',
    'pool: "postgres://app:hunter2@db"',
    'pool: { url: "postgres://app:hunter2@${env:HOME}" }',
    'pool: { url: "${env:PASSWORD}" }',
    'pasword: hunter2',
    'pool: { urk: hunter2 }',
    'pool: { url: { password: hunter2 } }',
    'pool: { url: "hunter2\n',
    'pool: { url: [hunter2 }',
    'pool: { url: hunter2, url: hunter2 }',
  ]
  for (const text of texts) {
    const { run } = cliFolder({ 'config.js': schemaModule, 'config.yaml': text, 'new.yaml': '{}' })
    const commands = [
      ['validate'],
      ['explain', 'pool'],
      ['explain', 'pool.url'],
      ['plan', '--candidate', 'new.yaml'],
      ['plan', '--against', 'new.yaml'],
    ]
    for (const command of commands.flatMap((each) => [each, [...each, '--json']])) {
      const { stdout, stderr } = await run(command, { env: { PASSWORD: 'hunter2', HOME: '/home' } })
      expect(stdout + stderr, `${command.join(' ')} with ${text}`).not.toContain('hunter2')
      expect(stdout + stderr).not.toBe('')
    }
  }
})

test('what a file says can neither forge a line nor move the cursor', async () => {
  const text = 'http: { greeting: "a\\nerror  forged\\u001b[2J" }\n"x\\u001b[2J\\nerror": 1\n'
  const { run } = cliFolder({ 'config.js': schemaModule, 'config.yaml': text })
  const { stdout: explained } = await run(['explain', 'http.greeting'])
  const { stdout: validated } = await run(['validate'])
  for (const output of [explained, validated]) {
    expect(output).not.toContain('\u001b')
    expect(output).not.toMatch(/^error {2}forged/m)
  }
})
