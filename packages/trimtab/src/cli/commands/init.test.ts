import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cliFolder } from '../../../../../test/support/run-cli.ts'
import type { InitPrompts } from '../init/prompts.ts'

const asked = (answers: { readonly name?: string; readonly language?: 'javascript' }): InitPrompts => ({
  name: async () => answers.name,
  language: async () => answers.language,
})

const manifest = (folder: string) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))

test('with --yes it asks nothing, and names the service after its folder', async () => {
  const { run, path } = cliFolder()
  const { code, stdout, stderr } = await run(['init', 'My Service', '--yes'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(manifest(join(path, 'My Service'))).toMatchObject({ name: 'my-service', private: true, type: 'module' })
  expect(stdout).toContain('my-service is ready, in TypeScript:\n  My Service/package.json\n')
  expect(stdout).toContain('Next:\n  cd My Service\n  npm install\n  npm start\n')
})

test('what is not given as an option is asked for', async () => {
  const { run, path } = cliFolder()
  await run(['init', 'a'], { prompts: asked({ name: 'checkout', language: 'javascript' }) })
  expect(manifest(join(path, 'a')).name).toBe('checkout')
  expect(readdirSync(join(path, 'a/src'))).toEqual(['config.js', 'http.js', 'main.js', 'service.js'])

  await run(['init', 'b', '--language', 'javascript'], { prompts: asked({ name: 'orders' }) })
  expect(manifest(join(path, 'b')).name).toBe('orders')
})

test('nothing is asked where everything is given', async () => {
  const { run } = cliFolder()
  expect((await run(['init', 'a', '--name', 'a', '--language', 'typescript'])).code).toBe(0)
})

test('whoever gives up finds nothing written', async () => {
  const { run, path } = cliFolder()
  for (const prompts of [asked({}), asked({ name: 'a' })]) {
    const { code, stdout } = await run(['init', 'svc'], { prompts })
    expect({ code, stdout }).toEqual({ code: 130, stdout: 'Nothing was written.\n' })
  }
  expect(readdirSync(path)).toEqual(['node_modules'])
})

test('without a terminal and without --yes it says what to do, and writes nothing', async () => {
  const { run, path } = cliFolder()
  const { code, stderr } = await run(['init', 'svc'])
  expect(code).toBe(2)
  expect(stderr).toContain('--yes')
  expect(readdirSync(path)).toEqual(['node_modules'])
})

test('a name that npm would not take is refused', async () => {
  const { run } = cliFolder()
  for (const name of ['', 'Checkout', '../x', '-a', 'a b', 'a'.repeat(101)]) {
    expect((await run(['init', 'svc', '--yes', `--name=${name}`])).code, name).toBe(2)
  }
})

test('existing files are listed and never overwritten', async () => {
  const { run, write, path } = cliFolder()
  write({ 'svc/config.yaml': 'mine' })
  const { code, stderr } = await run(['init', 'svc', '--yes'])
  expect(code).toBe(2)
  expect(stderr).toContain('these files exist:\n  svc/config.yaml\n')
  expect(readdirSync(join(path, 'svc'))).toEqual(['config.yaml'])
})

test('machines get one document', async () => {
  const { run } = cliFolder()
  const { stdout } = await run(['init', '.', '--yes', '--name', 'x', '--language', 'javascript', '--json'])
  expect(JSON.parse(stdout)).toEqual({
    status: 'written',
    directory: '.',
    files: [
      'package.json',
      'config.yaml',
      'src/config.js',
      'src/http.js',
      'src/service.js',
      'src/main.js',
      'README.md',
      '.gitignore',
    ],
    next: ['npm install', 'npm start'],
  })
})

test('what it writes is valid, explained and planned by the other commands', async () => {
  const { run, write, path } = cliFolder()
  await run(['init', '.', '--yes', '--language', 'javascript'])
  write({ 'new.yaml': 'http: { port: 8080, greeting: Hi }' })
  expect((await run(['validate'], { cwd: path })).code).toBe(0)
  expect((await run(['explain', 'http.greeting'])).stdout).toContain('set by      config.yaml:4:13')
  expect((await run(['plan', '--candidate', 'new.yaml'])).stdout).toContain('http    reload  http.greeting changed')
})
