import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { tempFolder } from '../support/temp-folder.ts'

const script = (name: string) => fileURLToPath(new URL(`./processes/${name}.ts`, import.meta.url))

/** A real process, with what it has said so far. */
class Process {
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown[]>
  out = ''
  err = ''

  constructor(name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(process.execPath, ['--import', 'tsx', script(name), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    })
    this.#child.stdout?.on('data', (text: Buffer) => (this.out += text.toString()))
    this.#child.stderr?.on('data', (text: Buffer) => (this.err += text.toString()))
    this.#ended = once(this.#child, 'close')
    onTestFinished(() => void this.#child.kill('SIGKILL'))
  }

  /** Its exit code, or the signal that ended it. */
  async end(): Promise<unknown> {
    const [code, signal] = await this.#ended
    return signal ?? code
  }

  async said(line: string): Promise<void> {
    while (!this.out.includes(line)) {
      await Promise.race([once(this.#child.stdout ?? this.#child, 'data'), this.#ended])
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) break
    }
    expect(this.out, this.err).toContain(line)
  }

  tell(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }
}

test('a job that loads its configuration from every kind of source ends by itself', async () => {
  const folder = tempFolder()
  mkdirSync(join(folder, 'conf.d'))
  writeFileSync(join(folder, 'conf.d', 'a.toml'), '[pool]\nmax = 2\n')
  writeFileSync(join(folder, 'url'), 'postgres://localhost')
  writeFileSync(join(folder, 'config.yaml'), `pool: { url: "\${file:${folder}/url}" }\n`)

  const job = new Process('job', [folder], { JOB_POOL__MAX: '3' })

  expect([await job.end(), job.err]).toEqual([0, ''])
  expect(JSON.parse(job.out)).toEqual({ max: 3, url: '[secret]', name: 'job' })
}, 30_000)

test('a configuration that ends the process twice is not used a third time: the last stable one is, loudly, and the file stays', async () => {
  const folder = tempFolder()
  const file = join(folder, 'config.yaml')
  const state = join(folder, 'state')
  const start = () => new Process('service', [file, state])
  const bad = 'app: { value: 13 }\n'

  writeFileSync(file, 'app: { value: 1 }\n')
  const first = start()
  await first.said('{"value":1,"from":"configured"}')
  // It is changed while it runs, which ends it; a supervisor starts it again, which ends it once more.
  writeFileSync(file, bad)
  expect(await first.end()).toBe('SIGKILL')
  expect(await start().end()).toBe('SIGKILL')

  const third = start()
  await third.said('{"value":1,"from":"last_known_good"}')
  expect(third.err).toMatch(/last known good|crash|ended the process/i)
  expect(readFileSync(file, 'utf8')).toBe(bad)

  // Another content is tried at once, and a stop by signal is no crash.
  writeFileSync(file, 'app: { value: 2 }\n')
  await third.said('{"value":2,"from":"last_known_good"}')
  third.tell('SIGTERM')
  expect(await third.end()).toBe(0)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGTERM'] as const) {
    const next = start()
    await next.said('{"value":2,"from":"configured"}')
    next.tell(signal)
    expect(await next.end()).toBe(0)
  }
}, 60_000)
