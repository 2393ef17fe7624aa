import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Consumer, makeConsumer } from './consumer.ts'

const workspace: { devDependencies: Record<string, string> } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
)

/** A service as a process, with what it says. */
class RunningService {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>
  readonly #closed: Promise<unknown[]>
  #output = ''

  constructor(folder: string) {
    const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const [command, ...args] = scripts.start.split(' ')
    this.#child = spawn(command, args, {
      cwd: folder,
      env: { ...process.env, APP_HTTP__PORT: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#closed = once(this.#child, 'close')
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.on('data', (chunk: Buffer) => (this.#output += chunk.toString()))
    }
  }

  /** Waits until the service has said it. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#output)
      if (match !== null) return match
      const next = Promise.race([once(this.#child.stdout, 'data'), once(this.#child.stderr, 'data'), this.#closed])
      await next
      if (this.#child.exitCode !== null) throw new Error(`The service ended: ${this.#output}`)
    }
  }

  async stop(signal: NodeJS.Signals): Promise<number | null> {
    this.#child.kill(signal)
    await this.#closed
    return this.#child.exitCode
  }
}

describe.each(['typescript', 'javascript'] as const)('the service that init writes in %s', (language) => {
  let consumer: Consumer
  let folder: string
  let service: RunningService | undefined

  const trimtab = (...args: readonly string[]) =>
    consumer.run('sh', ['-c', 'cd svc && exec trimtab "$@"', 'sh', ...args])

  beforeAll(async () => {
    const { tsx = '', typescript = '' } = workspace.devDependencies
    const compiler = { tsx, typescript, '@types/node': workspace.devDependencies['@types/node'] ?? '' }
    const install = language === 'typescript' ? compiler : {}
    consumer = await makeConsumer({ type: 'module', install, files: {} })
    const { code, output } = await consumer.run('trimtab', ['init', 'svc', '--yes', '--language', language])
    expect(code, output).toBe(0)
    folder = join(consumer.folder, 'svc')
  })
  afterEach(async () => {
    await service?.stop('SIGKILL')
    service = undefined
  })
  afterAll(() => consumer.remove())

  test('runs, takes a change of its file, keeps what it has where the file is wrong, and ends with 0', async () => {
    service = new RunningService(folder)
    const [, url = ''] = await service.says(/listening on (http:\/\/127\.0\.0\.1:\d+)/)
    expect(await (await fetch(url)).text()).toBe('Hello\n')

    const file = join(folder, 'config.yaml')
    writeFileSync(file, 'http:\n  port: 8080\n  greeting: Good morning\n')
    await service.says(/generation 2; http\.greeting: "Hello" → "Good morning"/)
    expect(await (await fetch(url)).text()).toBe('Good morning\n')

    writeFileSync(file, 'http:\n  port: 8080\n  greeting: 5\n')
    await service.says(/refused: config\.yaml:3:13: http\.greeting: expected/)
    expect(await (await fetch(url)).text()).toBe('Good morning\n')

    expect(await service.stop('SIGTERM')).toBe(0)
    writeFileSync(file, 'http:\n  port: 8080\n  greeting: Hello\n')
  })

  test('is looked at by the other commands, without a word about where its schema is', async () => {
    expect(await trimtab('validate')).toMatchObject({ code: 0 })
    expect((await trimtab('explain', 'http.port')).output).toContain('set by      config.yaml:2:9')
    writeFileSync(join(folder, 'new.yaml'), 'http: { greeting: Hi }')
    const { code, output } = await trimtab('plan', '--candidate', 'new.yaml')
    expect(output).toContain('http    reload  http.greeting changed')
    expect(code).toBe(0)
  })

  if (language === 'typescript')
    test('compiles', async () => {
      const { code, output } = await consumer.run('tsc', ['--project', 'svc'])
      expect(output).toBe('')
      expect(code).toBe(0)
    })

  if (language === 'javascript')
    test('has no tsx: a schema module in TypeScript says what is missing', async () => {
      const text = "export { config } from './src/config.js'\nexport const one: number = 1\n"
      writeFileSync(join(folder, 'schema.ts'), text)
      const { code, output } = await trimtab('validate', 'schema.ts', '--file', 'config.yaml')
      // Node itself runs TypeScript from 22.18 on.
      if (Reflect.get(process.features, 'typescript')) expect(code).toBe(0)
      else {
        expect(output).toContain('schema.ts is TypeScript, which Node')
        expect(output).toContain('npm install --save-dev tsx')
        expect(code).toBe(11)
      }
    })
})
