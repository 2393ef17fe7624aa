import { existsSync } from 'node:fs'
import { open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isTrimtabError, TrimtabError } from 'trimtab'
import { checkMigrations, migrate, type PgLike } from 'trimtab/postgres'
import { initialise } from '../template/make-template.ts'
import { templateFile, unpackTemplate } from '../template/unpack-template.ts'
import { createPgliteDatabase } from './pglite-database.ts'
import { startPglite } from './start-pglite.ts'

/**
 * Opens what is in a folder that is held, migrated; makes it where there is nothing yet: of the template in a fraction of the
 * time that PostgreSQL takes to make it anew, which is done where there is no template, or one that does not fit.
 */
export async function openDatabase(folder: string, template: string = templateFile): Promise<PgLike> {
  const data = join(folder, 'data')
  if (existsSync(data)) return openData(folder, data)
  if (await prepare(folder, (draft) => unpackTemplate(template, draft))) {
    try {
      return await openData(folder, data)
    } catch {
      // A template of another PostgreSQL. Nothing of anybody is in it yet.
      await rm(data, { recursive: true, force: true })
    }
  }
  await prepare(folder, initialise)
  return openData(folder, data)
}

/** What is there under its name is whole, whenever the process or the machine ends. */
async function prepare(folder: string, make: (draft: string) => Promise<boolean>): Promise<boolean> {
  const draft = join(folder, 'data.new')
  await rm(draft, { recursive: true, force: true })
  if (!(await make(draft))) return false
  const entries = await readdir(draft, { recursive: true, withFileTypes: true })
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name))
  await Promise.all([draft, ...paths].map(syncPath))
  await rename(draft, join(folder, 'data'))
  await syncPath(folder)
  return true
}

async function syncPath(path: string): Promise<void> {
  let file: Awaited<ReturnType<typeof open>>
  try {
    file = await open(path, 'r')
  } catch {
    // Windows opens no folder: there a name is as safe as it gets.
    return
  }
  try {
    await file.sync()
  } catch {
    // Nor does it sync what is open for reading.
  } finally {
    await file.close()
  }
}

async function openData(folder: string, data: string): Promise<PgLike> {
  const said: string[] = []
  try {
    const database = createPgliteDatabase(await startPglite(data, (line) => void said.push(line)))
    try {
      // Migrating looks after rights, too, which nobody has changed.
      const { pending } = await checkMigrations(database)
      if (pending.length > 0) await migrate(database)
      return database
    } catch (error) {
      await database.close()
      throw error
    }
  } catch (error) {
    if (isTrimtabError(error, 'store_incompatible'))
      throw new TrimtabError('store_incompatible', `The store in ${folder}: ${error.message}`, { cause: error })
    if (isTrimtabError(error)) throw error
    const reason = said.filter((line) => /FATAL|PANIC|DETAIL/.test(line)).map((line) => line.replace(/^.*\] /, ''))
    const why = reason.length > 0 ? reason.join('; ') : error instanceof Error ? error.message : 'PGlite did not start'
    throw new TrimtabError(
      'store_unavailable',
      `The store in ${folder} can't be opened: ${why}. Use the version that made it, or restore it from a backup.`,
      { details: { folder } },
    )
  }
}
