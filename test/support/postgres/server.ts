import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type PostgresInstallation, reachable, type ServerUser, serverUser } from './installations.ts'

/** A PostgreSQL of its own, on the loopback interface, where everybody is trusted. */
export interface PostgresServer {
  readonly version: number
  readonly port: number
  /** Of one of its databases, as the superuser `postgres`. */
  url(database: string): string
  /** Sends a signal to the server itself: `SIGKILL` for a crash, `SIGSTOP` and `SIGCONT` for one that hangs. */
  signal(signal: NodeJS.Signals): void
  /** Starts it again on the same port and with the same data, after it has ended. */
  restart(): Promise<void>
  /** Ends it and removes its data. Idempotent. */
  stop(): Promise<void>
}

export interface PostgresServerOptions {
  readonly installation: PostgresInstallation
  /** Settings of the server: `{ max_connections: '20' }`. */
  readonly settings?: Readonly<Record<string, string>>
}

/** The data outlive a crash of the server, not one of the machine: nothing is synced to the disk. */
const usualSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'off',
  full_page_writes: 'off',
  max_connections: '200',
  shared_buffers: '32MB',
  lc_messages: 'C',
}

/** The superuser is called the same whoever runs it. Templates are made without the locales of the machine. */
const initArguments = ['--no-sync', '--no-locale', '--encoding=UTF8', '--auth=trust', '--username=postgres']

/**
 * The shell ends the server when its own input ends, which it does when the process that started it is gone, however
 * that came to be: no server is left by tests that were killed.
 */
const script = `exec 3<&0; "$0" "$@" </dev/null 3<&- & server=$!
{ cat <&3 >/dev/null; kill -INT $server 2>/dev/null; } & guard=$!
wait $server; kill $guard 2>/dev/null`

/** Makes a server with empty data, in about a second. */
export async function startPostgres({ installation, settings = {} }: PostgresServerOptions): Promise<PostgresServer> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'trimtab-postgres-')))
  const user = serverUser()
  try {
    chmodSync(folder, 0o755)
    if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid)
    const bin = reachable(installation, user, folder)
    const data = join(folder, 'data')
    await promisify(execFile)(join(bin, 'initdb'), [...initArguments, data], { ...user, cwd: folder })
    const port = await freePort()
    const options = Object.entries({ ...usualSettings, ...settings, port: String(port) })
    const command = [
      join(bin, 'postgres'),
      '-D',
      data,
      ...options.flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ]
    return new Server({ version: installation.version, folder, port, data, command, user }).start()
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

interface ServerParts {
  readonly version: number
  readonly folder: string
  readonly port: number
  readonly data: string
  readonly command: readonly string[]
  readonly user: ServerUser
}

class Server implements PostgresServer {
  readonly version: number
  readonly port: number
  readonly #parts: ServerParts
  #process: ChildProcess | undefined
  #ended: Promise<unknown> = Promise.resolve()

  constructor(parts: ServerParts) {
    this.#parts = parts
    this.version = parts.version
    this.port = parts.port
  }

  url(database: string): string {
    return `postgres://postgres@127.0.0.1:${this.port}/${encodeURIComponent(database)}`
  }

  signal(signal: NodeJS.Signals): void {
    // The first line of this file is the number of the process.
    process.kill(Number.parseInt(readFileSync(join(this.#parts.data, 'postmaster.pid'), 'utf8'), 10), signal)
  }

  async start(): Promise<this> {
    const { command, user, folder } = this.#parts
    const child = spawn('/bin/sh', ['-c', script, ...command], {
      ...user,
      cwd: folder,
      stdio: ['pipe', 'ignore', 'pipe'],
    })
    this.#process = child
    this.#ended = once(child, 'close')
    await isReady(child)
    return this
  }

  async restart(): Promise<void> {
    await this.#ended
    // Nothing of the old one is left: its output has ended. Its file is, and the next would wonder who has that number now.
    rmSync(join(this.#parts.data, 'postmaster.pid'), { force: true })
    await this.start()
  }

  async stop(): Promise<void> {
    this.#process?.stdin?.end()
    await this.#ended
    rmSync(this.#parts.folder, { recursive: true, force: true })
  }
}

async function isReady(child: ChildProcess): Promise<void> {
  let text = ''
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString()).slice(-10_000)
      if (text.includes('ready to accept connections')) resolve()
    })
    child.once('error', reject)
    child.once('close', () => reject(new Error(`PostgreSQL did not start:\n${text}`)))
  })
}

/** Below those that systems give to outgoing connections, so that none of these takes it before the server does. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    const server = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!isFree) continue
    server.close()
    await once(server, 'close')
    return port
  }
}
