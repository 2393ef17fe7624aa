import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { cliFolder } from '../../../../test/support/run-cli.ts'

const bin = fileURLToPath(new URL('bin.ts', import.meta.url))
const tsx = import.meta.resolve('tsx')

/** The command as a process, which does not outlive the test. */
function start(...argv: readonly string[]): ChildProcessByStdio<null, Readable, Readable> {
  const tsconfig = fileURLToPath(new URL('../../../../tsconfig.tests.json', import.meta.url))
  const env = { ...process.env, TSX_TSCONFIG_PATH: tsconfig }
  const child = spawn(process.execPath, ['--import', tsx, bin, ...argv], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

async function run(...argv: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = start(...argv)
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const [code] = await once(child, 'close')
  return { code, stdout, stderr }
}

test('the process answers on its own streams and ends with the exit code of the answer', async () => {
  expect(await run('--version')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    stderr: '',
  })
  expect(await run('valdate')).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('validate') })
}, 30_000)

test('what a schema module has left open does not keep the command from ending', async () => {
  cliFolder({ 'config.js': 'setInterval(() => {}, 1_000)\nexport const config = 1\n' })
  const { code, stderr } = await run('validate')
  expect(code).toBe(2)
  expect(stderr).toContain('config.js exports no configuration.')
}, 30_000)

test('a reader that has seen enough is no error', async () => {
  const child = start('--help')
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  child.stdout.destroy()
  const [code] = await once(child, 'close')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
}, 30_000)
