import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { migrate } from 'trimtab/postgres'
import { loadPglite } from '../database/load-pglite.ts'
import { createPgliteDatabase } from '../database/pglite-database.ts'
import { startPglite } from '../database/start-pglite.ts'

/** Makes data of PostgreSQL in a new folder, which takes seconds and hundreds of megabytes. */
export async function initialise(folder: string): Promise<boolean> {
  const { PGlite } = await loadPglite()
  await mkdir(folder, { mode: 0o700 })
  // Segments of the log of one megabyte: sixteen are most of the folder, and a store writes little.
  const pglite = await PGlite.create({ dataDir: folder, initDbStartParams: ['--wal-segsize=1'] })
  await pglite.close()
  return true
}

/** Makes the template that `unpackTemplate` unpacks, all of it or nothing. */
export async function makeTemplate(file: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'trimtab-template-'))
  const draft = `${file}.${randomUUID()}`
  try {
    const data = join(folder, 'data')
    await initialise(data)
    const pglite = await startPglite(data, () => {})
    const database = createPgliteDatabase(pglite)
    try {
      await migrate(database)
      // PostgreSQL makes three databases, and one is used: two thirds of the files go.
      await pglite.exec(`update pg_database set datistemplate = false`)
      await pglite.exec('drop database template0')
      await pglite.exec('drop database template1')
      await pglite.exec('vacuum full')
      await pglite.exec('checkpoint')
    } finally {
      await database.close()
    }
    const { create } = await import('tar')
    await mkdir(dirname(file), { recursive: true })
    await create({ gzip: { level: 9 }, file: draft, cwd: data, portable: true }, ['.'])
    await rename(draft, file)
  } finally {
    await rm(draft, { force: true })
    await rm(folder, { recursive: true, force: true })
  }
}
