/** Starts every PostgreSQL there is before the tests that need one, and ends them after. */
import type { TestProject } from 'vitest/node'
import type { TestServer } from '../support/postgres/database.ts'
import { findInstallations } from '../support/postgres/installations.ts'
import { type PostgresServer, startPostgres } from '../support/postgres/server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    postgres: readonly TestServer[]
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const installations = await findInstallations()
  const starts = await Promise.allSettled(installations.map((installation) => startPostgres({ installation })))
  const servers = starts.flatMap((start): PostgresServer[] => (start.status === 'fulfilled' ? [start.value] : []))
  const stop = async () => void (await Promise.all(servers.map((server) => server.stop())))
  const failed = starts.find((start) => start.status === 'rejected')
  if (failed !== undefined) {
    await stop()
    throw failed.reason
  }
  project.provide(
    'postgres',
    servers.map(({ version, port }) => ({ version, port })),
  )
  return stop
}
