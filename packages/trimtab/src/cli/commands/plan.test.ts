import { describe, expect, test } from 'vitest'
import { cliFolder, schemaModule } from '../../../../../test/support/run-cli.ts'

const now = 'http: { port: 8080, greeting: Hello }\npool: { max: 10 }\n'
const files = { 'src/config.js': schemaModule, 'config.yaml': now }

test('a plan says what changes at once, what waits for a restart, and what modules do, and calls no hook', async () => {
  const { run } = cliFolder({ ...files, 'new.yaml': 'http: { port: 9090, greeting: Hi }\npool: { max: 20 }\n' })
  const { code, stdout, stderr } = await run(['plan', '--candidate', 'new.yaml'])
  expect(stdout).toBe(`from  file:config.yaml, env:APP_
to    file:config.yaml (new.yaml), env:APP_

Changes at once
  path                    from     to
  http.greeting  changed  "Hello"  "Hi"
  pool.max       changed  10       20

Waits for a restart
  path       running  configured  because
  http.port  8080     9090        the field is not dynamic

Modules, in this order
  module  does     because
  pool    replace  pool.max changed
  http    reload   http.greeting changed

Known to the running process alone
  module  then                            when
  http    the change waits for a restart  if it holds pool

2 changes at once, 1 waiting for a restart. This is a plan: nothing has been changed.
`)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
})

test('machines get one document, whose keys are always there', async () => {
  const { run } = cliFolder({ ...files, 'new.yaml': 'http: { port: 9090 }\npool: { max: 20 }\n' })
  const { code, stdout } = await run(['plan', '--candidate', 'new.yaml', '--json'])
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toEqual({
    status: 'planned',
    from: [
      { name: 'file:config.yaml', file: null },
      { name: 'env:APP_', file: null },
    ],
    to: [
      { name: 'file:config.yaml', file: 'new.yaml' },
      { name: 'env:APP_', file: null },
    ],
    changes: [{ kind: 'modified', path: 'pool.max', previous: 10, next: 20 }],
    pendingRestart: [{ path: 'http.port', running: '8080', configured: '9090', module: null }],
    steps: [{ module: 'pool', action: 'replace', because: { kind: 'changed', paths: ['pool.max'] }, gap: false }],
    mayFollow: [{ module: 'http', dependsOn: ['pool'], effect: 'wait_for_restart' }],
    side: null,
    problems: [],
    warnings: [],
  })
})

test('a module that depends on a replaced one is named, because only the running process knows whether it holds it', async () => {
  const { run } = cliFolder({ ...files, 'new.yaml': now.replace('max: 10', 'max: 11') })
  const { stdout } = await run(['plan', '--candidate', 'new.yaml'])
  expect(stdout).toContain(`Known to the running process alone
  module  then                            when
  http    the change waits for a restart  if it holds pool
`)
})

test('the same values written differently change nothing', async () => {
  const { run } = cliFolder({
    ...files,
    'new.yaml': '# the same\npool:\n  max: 10\nhttp: { greeting: Hello, port: 8080 }\n',
  })
  const { code, stdout } = await run(['plan', '--candidate', 'new.yaml'])
  expect(code).toBe(0)
  expect(stdout).toContain('Nothing would change.')
  const { stdout: json } = await run(['plan', '--candidate', 'new.yaml', '--json'])
  expect(JSON.parse(json)).toMatchObject({ status: 'unchanged', changes: [], pendingRestart: [], steps: [] })
})

test('--against plans from an older file to what is there now', async () => {
  const { run } = cliFolder({ ...files, 'old.yaml': now.replace('Hello', 'Good day') })
  for (const against of ['old.yaml', 'config.yaml=old.yaml', 'file:config.yaml=old.yaml']) {
    const { stdout } = await run(['plan', '--against', against])
    expect(stdout).toContain('from  file:config.yaml (old.yaml), env:APP_\nto    file:config.yaml, env:APP_\n')
    expect(stdout).toContain('http.greeting  changed  "Good day"  "Hello"')
  }
})

test('--replace names the source, so that several can be replaced', async () => {
  const { run } = cliFolder({ ...files, 'base.yaml': 'pool: { max: 1 }', 'a.yaml': 'pool: { max: 2 }', 'b.yaml': '{}' })
  const named = ['--file', 'base.yaml', '--file', './config.yaml']
  const { stdout } = await run(['plan', ...named, '--replace', './base.yaml=a.yaml', '--replace', 'config.yaml=b.yaml'])
  expect(stdout).toContain('to    file:base.yaml (a.yaml), file:./config.yaml (b.yaml)')
  expect(stdout).toContain('pool.max  changed  10    2')
  expect(stdout).toContain('1 change at once, none waiting for a restart.')
})

describe('problems', () => {
  test('of the candidate stand at their places in its own file, and end with the code of config_invalid', async () => {
    const { run } = cliFolder({ ...files, 'new.yaml': 'pool: { max: many }' })
    const { code, stdout } = await run(['plan', '--candidate', 'new.yaml'])
    expect(code).toBe(3)
    expect(stdout).toContain('error    new.yaml:1:14: pool.max: expected a whole number')
    expect(stdout).toContain('The configuration after the change is invalid: 1 problem.')
  })

  test('of what is there now are told apart from those of the candidate', async () => {
    const { run, write } = cliFolder({ ...files, 'config.yaml': 'pool: { max: many }', 'new.yaml': now })
    const invalid = await run(['plan', '--candidate', 'new.yaml'])
    expect(invalid.code).toBe(3)
    expect(invalid.stdout).toContain('The configuration before the change is invalid: 1 problem.')

    write({ 'config.yaml': 'pool: [' })
    const unreadable = await run(['plan', '--candidate', 'new.yaml', '--json'])
    expect(unreadable.code).toBe(4)
    expect(JSON.parse(unreadable.stdout)).toMatchObject({ status: 'unreadable', side: 'from', changes: [], steps: [] })
  })

  test('a candidate that is not there ends with the code of source_unreadable', async () => {
    const { run } = cliFolder(files)
    const { code, stdout } = await run(['plan', '--candidate', 'gone.yaml'])
    expect(code).toBe(4)
    expect(stdout).toContain('The configuration after the change could not be loaded: 1 problem.')
  })

  test('an exclusive module without an own reload keeps its section until a restart, and is named', async () => {
    const schema = schemaModule.replace(/ {2}reload: .*\n/, '')
    const { run } = cliFolder({ ...files, 'src/config.js': schema, 'new.yaml': now.replace('Hello', 'Hi') })
    const { code, stdout } = await run(['plan', '--candidate', 'new.yaml'])
    expect(code).toBe(0)
    expect(stdout).toContain('http.greeting  "Hello"  "Hi"        http cannot be replaced while it runs')
    expect(stdout).toContain('no changes at once, 1 waiting for a restart.')
  })
})

describe('what cannot be compared', () => {
  test('nothing to compare with, and both directions at once, are refused', async () => {
    const { run } = cliFolder(files)
    const nothing = await run(['plan'])
    const both = await run(['plan', '--candidate', 'a.yaml', '--against', 'b.yaml'])
    expect([nothing.code, both.code]).toEqual([2, 2])
    expect(nothing.stderr).toContain('There is nothing to compare with.')
    expect(both.stderr).toContain('--against does not go with --candidate')
  })

  test('a candidate for one of several files has to say for which', async () => {
    const { run } = cliFolder({ ...files, 'base.yaml': '{}', 'new.yaml': '{}' })
    const { code, stderr } = await run([
      'plan',
      '--file',
      'base.yaml',
      '--file',
      'config.yaml',
      '--candidate',
      'new.yaml',
    ])
    expect(code).toBe(2)
    expect(stderr).toContain('Several of the sources are files: file:base.yaml, file:config.yaml.')
    expect(stderr).toContain('--replace <source>=new.yaml')
  })

  test('a source that is not there, is no file, is named twice, or has no file beside it, is refused', async () => {
    const { run } = cliFolder({ ...files, 'new.yaml': '{}' })
    const refusals = [
      [['--replace', 'other.yaml=new.yaml'], 'There is no file or folder other.yaml among the sources'],
      [['--replace', 'env:APP_=new.yaml'], 'There is no file or folder env:APP_ among the sources'],
      [['--replace', 'config.yaml=new.yaml', '--candidate', 'new.yaml'], 'file:config.yaml is replaced twice.'],
      [['--replace', 'new.yaml'], '--replace new.yaml names no source.'],
      [['--replace', 'config.yaml='], 'config.yaml= is no source=file.'],
      [['--candidate', 'src'], 'src cannot stand for file:config.yaml: it is not a file.'],
      [['--candidate', '.env'], '.env cannot stand for file:config.yaml'],
    ] as const
    for (const [args, message] of refusals) {
      const { code, stderr } = await run(['plan', ...args])
      expect(stderr).toContain(message)
      expect(code).toBe(2)
    }
  })

  test('a folder stands for a folder', async () => {
    const schema = schemaModule
      .replace("fileSource('config.yaml')", "directorySource('conf.d')")
      .replace('fileSource,', 'directorySource,')
    const { run } = cliFolder({
      'src/config.js': schema,
      'conf.d/a.yaml': now,
      'next.d/a.yaml': now.replace('Hello', 'Hi'),
    })
    expect((await run(['plan', '--candidate', 'next.d'])).stdout).toContain('"Hello"  "Hi"')
    const { code, stderr } = await run(['plan', '--candidate', 'next.d/a.yaml'])
    expect(code).toBe(2)
    expect(stderr).toContain('it is not a folder.')
  })
})
