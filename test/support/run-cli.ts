import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { Host } from '../../packages/trimtab/src/cli/host.ts'
import { main } from '../../packages/trimtab/src/cli/main.ts'
import { tempFolder } from './temp-folder.ts'

export interface CliRun {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** A folder to run the command in, as if it were a shell's. */
export interface CliFolder {
  readonly path: string
  write(files: Readonly<Record<string, string>>): void
  run(argv: readonly string[], host?: Partial<Host>): Promise<CliRun>
}

/**
 * A temporary folder with files, in which `zod` and `trimtab` can be imported. It becomes the working directory until the
 * test ends, because sources take their paths from there.
 */
export function cliFolder(files: Readonly<Record<string, string>> = {}): CliFolder {
  const before = process.cwd()
  const path = tempFolder()
  mkdirSync(join(path, 'node_modules'))
  symlinkSync(fileURLToPath(new URL('../../node_modules/zod', import.meta.url)), join(path, 'node_modules/zod'))
  process.chdir(path)
  onTestFinished(() => process.chdir(before))
  const write: CliFolder['write'] = (more) => {
    for (const [file, text] of Object.entries(more)) {
      mkdirSync(dirname(join(path, file)), { recursive: true })
      writeFileSync(join(path, file), text)
    }
  }
  write(files)
  return { path, write, run: (argv, host) => runCli(argv, { cwd: path, ...host }) }
}

/** Runs the command in this process. */
export async function runCli(argv: readonly string[], host: Partial<Host> = {}): Promise<CliRun> {
  let stdout = ''
  let stderr = ''
  const code = await main(argv, {
    stdout: { write: (text) => void (stdout += text) },
    stderr: { write: (text) => void (stderr += text) },
    env: {},
    cwd: process.cwd(),
    isTTY: false,
    isInteractive: false,
    columns: undefined,
    nodeVersion: '20.19.0',
    ...host,
  })
  return { code, stdout, stderr }
}

/** A schema module with a bit of everything, for tests of what the command says. */
export const schemaModule = `
import { defineConfig, defineModule, dynamic, envSource, fileSource, secret } from 'trimtab'
import { z } from 'zod'

export const config = defineConfig(
  z.object({
    http: z.object({
      port: z.int().min(0).max(65_535).default(8080).describe('The port to listen on'),
      greeting: dynamic(z.string().default('Hello')),
    }),
    pool: dynamic(z.object({
      max: z.int().min(1).max(500).default(10).describe('Open connections at most'),
      url: secret(z.string().default('postgres://localhost')),
    })),
  }),
)

export const sources = [fileSource('config.yaml'), envSource({ prefix: 'APP_' })]

const pool = defineModule({ name: 'pool', config: config.section('pool'), start: () => ({}) })
const http = defineModule({
  name: 'http',
  config: config.section('http'),
  dependsOn: [pool],
  exclusive: true,
  start: () => { throw new Error('a hook was called') },
  check: () => { throw new Error('a hook was called') },
  reload: () => { throw new Error('a hook was called') },
})
export const modules = [http, pool]
`
