import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** Data of a migrated and empty store, as an archive. It is part of the package; in a checkout, of its build. */
export const templateFile = fileURLToPath(new URL('../../../template/store.tar.gz', import.meta.url))

/** Unpacks the template into a new folder. False where there is none, or not a whole one. */
export async function unpackTemplate(file: string, folder: string): Promise<boolean> {
  if (!existsSync(file)) return false
  await mkdir(folder, { mode: 0o700 })
  const { extract } = await import('tar')
  try {
    // Many small files: in turn, it takes half the time that handing each to another thread does.
    extract({ file, cwd: folder, sync: true, strict: true })
    return true
  } catch {
    return false
  }
}
