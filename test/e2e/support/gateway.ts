import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { tempFolder } from '../../support/temp-folder.ts'
import { type Service, startService } from './service.ts'
import { writeTenants } from './tenants.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const main = join(root, 'examples/gateway/dist/main.js')

export function buildGateway(): void {
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [compiler, '-b', 'examples/gateway'], { cwd: root })
}

/** A gateway over files of its own. */
export class TestGateway {
  readonly service: Service
  readonly folder = tempFolder()

  /** `files` by their place in its folder; the tenants are there already. */
  constructor(files: Readonly<Record<string, string>>, args: readonly string[] = []) {
    writeTenants(this.folder)
    mkdirSync(this.path('routes.d'))
    for (const [name, content] of Object.entries(files)) this.write(name, content)
    this.service = startService(process.execPath, [main, ...args], { cwd: this.folder })
  }

  /** Where it can be reached, when it can. */
  async url(): Promise<string> {
    const line = await this.service.line(/^ready /)
    return line.split(' ')[1] ?? ''
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  write(name: string, content: string): void {
    writeFileSync(this.path(name), content)
  }

  /** Writes a file, and waits until it says so. */
  async change(name: string, content: string, says: RegExp): Promise<string> {
    const from = this.service.lines.length
    this.write(name, content)
    return this.service.line(says, from)
  }

  /** Ends it as a platform does, and gives the exit code. */
  async stop(): Promise<number | NodeJS.Signals | null> {
    process.kill(this.service.pid, 'SIGTERM')
    return this.service.ended
  }
}
