import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { inject } from 'vitest'

const workspace: { devDependencies: Record<string, string> } = JSON.parse(
  readFileSync(new URL('../../packages/trimtab/package.json', import.meta.url), 'utf8'),
)

interface Finished {
  readonly code: number | null
  readonly output: string
}

/** A project outside of this repository that has installed the packed library. */
export interface Consumer {
  readonly folder: string
  /** Runs a command in the project, with what it installed on the path. Gives everything that it printed. */
  run(command: string, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Finished>
  remove(): void
}

export async function makeConsumer(options: {
  readonly type: 'module' | 'commonjs'
  readonly install?: Readonly<Record<string, string>>
  readonly files: Readonly<Record<string, string>>
}): Promise<Consumer> {
  const folder = mkdtempSync(join(tmpdir(), 'trimtab-consumer-'))
  const manifest = {
    name: 'consumer',
    private: true,
    type: options.type,
    dependencies: {
      trimtab: `file:${inject('tarball')}`,
      zod: workspace.devDependencies['zod'],
      ...options.install,
    },
  }
  for (const [file, text] of Object.entries({ 'package.json': JSON.stringify(manifest), ...options.files })) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  const consumer: Consumer = {
    folder,
    run: (command, args, env = {}) => run(folder, command, args, env),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
  const installed = await consumer.run('npm', ['install', ...quiet])
  if (installed.code === 0) return consumer
  consumer.remove()
  throw new Error(`npm install failed: ${installed.output}`)
}

function run(
  cwd: string,
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const path = `${join(cwd, 'node_modules/.bin')}:${process.env['PATH']}`
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, PATH: path, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const collect = (chunk: Buffer): void => void (output += chunk.toString())
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output }))
  })
}
