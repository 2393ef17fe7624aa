import { onTestFinished } from 'vitest'
import { migrate, pgDatabase } from '../../../packages/trimtab/src/postgres/index.ts'
import { withConnection } from '../../support/postgres/database.ts'
import { findInstallations } from '../../support/postgres/installations.ts'
import { type PostgresServer, startPostgres } from '../../support/postgres/server.ts'

/** A server that belongs to the running test, with an empty store in its database `postgres`, to be killed as one likes. */
export interface OwnServer {
  readonly port: number
  readonly url: string
  sql<Row extends object>(text: string): Promise<readonly Row[]>
  /** Ends it without any goodbye and starts it again. */
  crash(): Promise<void>
  /** Stops all of its processes in their tracks; what it gives lets them go on. */
  hang(): Promise<() => void>
}

/** The newest installation, or the one of that version. */
export async function ownServer(version?: number): Promise<OwnServer> {
  const installations = await findInstallations()
  const installation = installations.find((each) => version === undefined || each.version === version)
  if (installation === undefined) throw new Error(`There is no PostgreSQL ${version}.`)
  const server = await startPostgres({ installation, settings: { max_connections: '60' } })
  onTestFinished(() => server.stop())
  const url = server.url('postgres')
  const admin = pgDatabase({ connectionString: url })
  await migrate(admin)
  await admin.close()
  const sql = <Row extends object>(text: string) =>
    withConnection(url, async (client) => (await client.query(text)).rows as Row[])
  return {
    port: server.port,
    url,
    sql,
    async crash() {
      server.signal('SIGKILL')
      await server.restart()
    },
    async hang() {
      const found = await sql<{ pid: number }>('select pid from pg_stat_activity where pid <> pg_backend_pid()')
      return hang(
        server,
        found.map(({ pid }) => pid),
      )
    },
  }
}

function hang(server: PostgresServer, pids: readonly number[]): () => void {
  const signalAll = (signal: 'SIGSTOP' | 'SIGCONT') => {
    for (const pid of pids) {
      try {
        process.kill(pid, signal)
      } catch {
        // It has ended since it was seen.
      }
    }
  }
  // First whoever would start others.
  server.signal('SIGSTOP')
  signalAll('SIGSTOP')
  return () => {
    signalAll('SIGCONT')
    server.signal('SIGCONT')
  }
}
