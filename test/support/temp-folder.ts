import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A new empty folder, by its real path, that is removed when the running test ends. */
export function tempFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'trimtab-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
