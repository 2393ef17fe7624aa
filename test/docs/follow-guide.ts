import { randomInt } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { Command } from './shell.ts'
import type { Step } from './read-guide.ts'
import { writeFile } from './workspace.ts'

/** The ports that guides name: others are free on every machine, and are shown as these. */
const guidePorts = ['8080', '9090'] as const

export interface Reader {
  /** Where the page's project is. */
  readonly folder: string
  readonly bin: string
  /** The page, for messages. */
  readonly page: string
}

/** Does what a page says, and compares what is printed with what it shows. A service left running has to end with 0. */
export async function followGuide(steps: readonly Step[], reader: Reader): Promise<void> {
  const following = new Following(reader, await freePorts(guidePorts))
  try {
    for (const step of steps) await following.take(step)
    await following.stopService()
  } finally {
    following.kill()
  }
}

class Following {
  readonly #reader: Reader
  /** The port that is used, by the one that the page names. */
  readonly #ports: ReadonlyMap<string, string>
  #cwd: string
  #service: Command | undefined
  /** How much of the service's output has been compared. */
  #seen = 0
  /** What the last command printed; undefined when the service is who speaks next. */
  #printed: readonly string[] | undefined

  constructor(reader: Reader, ports: ReadonlyMap<string, string>) {
    this.#reader = reader
    this.#ports = ports
    this.#cwd = reader.folder
  }

  async take(step: Step): Promise<void> {
    try {
      switch (step.kind) {
        case 'write':
          writeFile(join(this.#cwd, step.file), this.#here(step.text))
          this.#printed = undefined
          return
        case 'run':
          for (const command of step.commands) await this.#run(command, step.staysUp)
          return
        case 'expect':
          await this.#expect(step.lines)
          return
        default:
          step satisfies never
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new Error(`${this.#reader.page}:${step.line}: ${why}`, { cause: error })
    }
  }

  /** As an orchestrator does it. */
  async stopService(): Promise<void> {
    const service = this.#service
    if (service === undefined) return
    service.signal('SIGTERM')
    const code = await service.end()
    if (code !== 0)
      throw new Error(`${this.#reader.page}: the service ended with ${code}:\n${service.lines.join('\n')}`)
    this.#service = undefined
  }

  kill(): void {
    this.#service?.signal('SIGKILL')
  }

  async #run(command: string, staysUp: boolean): Promise<void> {
    // Everything is installed already.
    if (/^npm (install|ci)\b/.test(command)) return
    const folder = /^cd (\S+)$/.exec(command)?.[1]
    if (folder !== undefined) {
      this.#cwd = join(this.#cwd, folder)
      return
    }
    const [, headers = '', url, pattern] =
      /^curl ((?:-H '[^']*' )*)([^-\s]\S*)(?: \| grep -E '([^']*)')?$/.exec(command) ?? []
    if (url !== undefined) {
      const answer = await this.#ask(url, headers)
      const shown = answer.filter((each) => pattern === undefined || new RegExp(pattern).test(each))
      this.#printed = [...(this.#printed ?? []), ...shown]
      return
    }
    const line = this.#here(
      command === 'npm start' ? this.#startScript() : command.replace(/^npx trimtab\b/, 'trimtab'),
    )
    // What it uses has to be free: a port, a file.
    if (staysUp) await this.stopService()
    const running = new Command(line, { cwd: this.#cwd, bin: this.#reader.bin })
    if (staysUp) {
      this.#service = running
      this.#seen = 0
      this.#printed = undefined
      return
    }
    const code = await running.end()
    // After a silent command, such as one that moves a file, the service is who speaks next.
    this.#printed = running.lines.length === 0 && this.#service !== undefined ? undefined : running.lines
    if (command.startsWith('npx trimtab init')) this.#takePort(this.#cwd)
    const isMeant = code === 0 || command.endsWith('|| true')
    // A command that is shown to refuse something ends with its own code.
    if (!isMeant && !/^(npx )?trimtab\b/.test(command)) {
      throw new Error(`${command} ended with ${code}:\n${running.lines.join('\n')}`)
    }
  }

  async #expect(expected: readonly string[]): Promise<void> {
    const printed = this.#printed
    if (printed !== undefined) {
      compare(
        expected,
        printed.map((line) => this.#there(line)),
      )
      this.#printed = undefined
      return
    }
    const service = this.#service
    if (service === undefined) throw new Error('nothing runs that could print this')
    while (service.lines.length < this.#seen + expected.length && !service.hasEnded) await service.news()
    const next = service.lines.slice(this.#seen, this.#seen + expected.length)
    compare(
      expected,
      next.map((line) => this.#there(line)),
    )
    this.#seen += expected.length
  }

  async #ask(url: string, written: string): Promise<readonly string[]> {
    const pairs = [...written.matchAll(/-H '([^:']*): ([^']*)'/g)].map(([, name = '', value = '']) => [name, value])
    const headers: Record<string, string> = Object.fromEntries(pairs)
    const answer = await fetch(this.#here(/^https?:/.test(url) ? url : `http://${url}`), { headers })
    return (await answer.text()).trimEnd().split('\n')
  }

  /** What the command has written names the port too. */
  #takePort(folder: string): void {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const file = join(entry.parentPath, entry.name)
      writeFileSync(file, this.#here(readFileSync(file, 'utf8')))
    }
  }

  #startScript(): string {
    const { scripts } = JSON.parse(readFileSync(join(this.#cwd, 'package.json'), 'utf8'))
    return scripts.start
  }

  #here(text: string): string {
    return [...this.#ports].reduce((all, [named, used]) => all.replaceAll(named, used), text)
  }

  #there(text: string): string {
    const named = [...this.#ports].reduce((all, [name, used]) => all.replaceAll(used, name), text)
    return named.replaceAll(this.#reader.folder, '…')
  }
}

function compare(expected: readonly string[], printed: readonly string[]): void {
  const isSame =
    expected.length === printed.length && expected.every((line, index) => matches(line, printed[index] ?? ''))
  if (!isSame) throw new Error(`expected\n${indent(expected)}\nprinted\n${indent(printed)}`)
}

function matches(expected: string, line: string): boolean {
  const pieces = expected.split('…').map((piece) => piece.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${pieces.join('.*')}$`).test(line.trimEnd())
}

function indent(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n')
}

async function freePorts(named: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const ports = new Map<string, string>()
  for (const name of named) {
    let port = await freePort()
    while ([...ports.keys(), ...ports.values()].includes(port) || named.includes(port)) port = await freePort()
    ports.set(name, port)
  }
  return ports
}

/** One of four digits, so that tables are as wide as on the page. */
async function freePort(): Promise<string> {
  for (;;) {
    const port = randomInt(3_000, 9_999)
    const server = createServer()
    const isFree = await new Promise((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!isFree) continue
    server.close()
    await once(server, 'close')
    return String(port)
  }
}
