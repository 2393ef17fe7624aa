import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { TestDatabase } from './database.ts'
import { serverUser } from './installations.ts'
import { freePort } from './server.ts'

export type PoolMode = 'session' | 'transaction'

/** A PgBouncer of the running test, before one database. It ends with the test. */
export interface PgBouncer {
  /** As the superuser `postgres`. */
  readonly url: string
  /** Pools in another way from now on, when the connections that are open have been given back. */
  become(mode: PoolMode): void
}

const places = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/usr/local/bin/pgbouncer', '/opt/homebrew/bin/pgbouncer']

/** Throws, with how to get it, where there is none on this machine. */
export async function startPgBouncer({ name, port: target }: TestDatabase, mode: PoolMode): Promise<PgBouncer> {
  const program = places.find((place) => existsSync(place))
  if (program === undefined) {
    throw new Error('There is no PgBouncer. Install it: apt-get install --no-install-recommends pgbouncer')
  }
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'trimtab-pgbouncer-')))
  const user = serverUser()
  chmodSync(folder, 0o755)
  const port = await freePort()
  const file = join(folder, 'pgbouncer.ini')
  const configure = (poolMode: PoolMode) => {
    const settings = [
      '[databases]',
      `${name} = host=127.0.0.1 port=${target} user=postgres`,
      '[pgbouncer]',
      `listen_addr = 127.0.0.1`,
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = any',
      `pool_mode = ${poolMode}`,
      'default_pool_size = 10',
    ]
    writeFileSync(file, `${settings.join('\n')}\n`)
  }
  configure(mode)
  if (user.uid !== undefined && user.gid !== undefined) chownSync(file, user.uid, user.gid)
  const child = spawn(program, [file], { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  const closed = once(child, 'close')
  onTestFinished(async () => {
    // At once: it would wait for its clients at a kinder signal.
    child.kill('SIGTERM')
    await closed
    rmSync(folder, { recursive: true, force: true })
  })
  await isReady(child)
  return {
    url: `postgres://postgres@127.0.0.1:${port}/${name}`,
    become(next) {
      configure(next)
      child.kill('SIGHUP')
    },
  }
}

async function isReady(child: ChildProcess): Promise<void> {
  let text = ''
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString()).slice(-10_000)
      if (text.includes('process up')) resolve()
    })
    child.once('error', reject)
    child.once('close', () => reject(new Error(`PgBouncer did not start:\n${text}`)))
  })
}
