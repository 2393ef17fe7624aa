import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { printMigrations } from '../../postgres/migrations/migrate.ts'
import { runCli } from '../../../../../test/support/run-cli.ts'

test('the script is all that is printed, and no database is asked', async () => {
  const printed = await runCli(['migrate', '--print', '--schema', 'checkout'])
  expect(printed).toEqual({ code: 0, stdout: printMigrations({ schema: 'checkout' }), stderr: '' })
  expect(printed.stdout).toMatch(/^begin;\n[^]*\ncommit;\n$/)
  const { stdout } = await runCli(['migrate', '--print', '--json'])
  expect(JSON.parse(stdout)).toEqual({
    status: 'printed',
    schema: 'trimtab',
    applied: [],
    present: [],
    pending: ['0001-store'],
    unknown: [],
    missing: [],
    duration: null,
    sql: printMigrations(),
  })
})

test('without a database, or with what is none, it says what to give, and shows nothing of what was given', async () => {
  const none = await runCli(['migrate'])
  expect(none).toEqual({
    code: 2,
    stdout: '',
    stderr: 'error  No database is named.\nGive --database postgres://user@host:5432/database, or set DATABASE_URL.\n',
  })
  for (const text of ['mysql://app:hunter2@db', 'postgres://app:hunter2@:port', 'hunter2']) {
    const { code, stderr } = await runCli(['migrate', '--check'], { env: { DATABASE_URL: text } })
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('DATABASE_URL is no URL') })
    expect(stderr).not.toContain('hunter2')
  }
  expect((await runCli(['migrate', '--print', '--check'])).code).toBe(2)
})

test('a schema that can be none is named as the option that was typed', async () => {
  expect(await runCli(['migrate', '--print', '--schema', 'pg_own'])).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'error  --schema "pg_own": expected a name of 1 to 48 letters a to z, digits, _ and - that begins with a letter or _ and not with pg_.\n' +
      'Give --schema such a name, or leave it away: the store is in trimtab then.\n',
  })
  const { stdout } = await runCli(['migrate', '--schema', 'postgres://app:hunter2@db/config', '--json'])
  expect(JSON.parse(stdout)).toMatchObject({
    error: { code: 'option_invalid', exitCode: 2, message: expect.stringMatching(/^--schema: /) },
  })
  expect(stdout).not.toContain('hunter2')
})

test('a database that can not be reached is no crash, and its password is not shown', async () => {
  // Nobody listens on the port of tcpmux.
  const argv = ['migrate', '--database', 'postgres://app:hunter2@127.0.0.1:1/config']
  const { code, stdout, stderr } = await runCli(argv)
  expect({ code, stdout }).toEqual({ code: 14, stdout: '' })
  expect(stderr).toMatch(/^error {2}127\.0\.0\.1:1\/config: .* nobody accepts connections there/)
  expect(stderr).toContain('\nLook after the database, or correct the URL, and run this again.\n')
  const asked = await runCli([...argv, '--json'])
  expect(JSON.parse(asked.stdout)).toMatchObject({ error: { code: 'store_unavailable', exitCode: 14 } })
  expect(stderr + asked.stdout + asked.stderr).not.toContain('hunter2')
})

test('where pg is not installed it names the command that installs it', async () => {
  const file = (path: string) => fileURLToPath(new URL(path, import.meta.url))
  const argv = [file('../bin.ts'), 'migrate', '--database', 'postgres://db/config']
  const env = { ...process.env, TSX_TSCONFIG_PATH: file('../../../../../tsconfig.tests.json') }
  const run = promisify(execFile)(process.execPath, ['--import', 'tsx', '--import', withoutPg, ...argv], { env })
  await expect(run).rejects.toMatchObject({ code: 11, stderr: expect.stringContaining('Run: npm install pg\n') })
}, 30_000)

/** Hides the package from the process, as if nobody had installed it. */
const hook = `export function resolve(name, context, next) {
  if (name !== 'pg') return next(name, context)
  throw Object.assign(new Error("Cannot find package 'pg'"), { code: 'ERR_MODULE_NOT_FOUND' })
}`
const dataUrl = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`
const withoutPg = dataUrl(`import { register } from 'node:module'\nregister(${JSON.stringify(dataUrl(hook))})`)
