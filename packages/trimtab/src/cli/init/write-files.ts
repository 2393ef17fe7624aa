import { lstat, mkdir, open, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describeThrown } from '../../errors/trimtab-error.ts'
import { disposers } from '../../primitives/disposers.ts'
import { usageError } from '../usage-error.ts'

export interface NewFiles {
  /** Absolute. Made where it is missing. */
  readonly folder: string
  /** The folder as it is shown to people. */
  readonly shown: string
  /** Texts by their places in the folder. */
  readonly files: ReadonlyMap<string, string>
}

/** Writes files that are not there yet: all of them, or, where one cannot be written, none. Throws `option_invalid`. */
export async function writeFiles({ folder, shown, files }: NewFiles): Promise<void> {
  const existing = await existingOf(folder, [...files.keys()])
  if (existing.length > 0) {
    const list = existing.map((file) => `\n  ${join(shown, file)}`).join('')
    throw usageError(
      `Nothing was written, because these files exist:${list}`,
      'Choose another folder: trimtab init <directory>.',
    )
  }
  const written = disposers()
  try {
    for (const [file, text] of files) {
      const path = join(folder, file)
      for (const made of await makeFolder(dirname(path))) written.add(() => rmdir(made))
      // Exclusively: what somebody else has written meanwhile is left alone.
      const handle = await open(path, 'wx')
      written.add(() => rm(path))
      try {
        await handle.writeFile(text)
      } finally {
        await handle.close()
      }
    }
  } catch (error) {
    await written.dispose()
    throw usageError(
      `Nothing was written, because ${shown} cannot be written to: ${describeThrown(error)}.`,
      'Choose another folder: trimtab init <directory>.',
      error,
    )
  }
}

async function existingOf(folder: string, files: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(
    files.map((file) =>
      lstat(join(folder, file)).then(
        () => true,
        () => false,
      ),
    ),
  )
  return files.filter((_, index) => found[index] === true)
}

/** The folders that had to be made, the outermost first. */
async function makeFolder(folder: string): Promise<readonly string[]> {
  const outermost = await mkdir(folder, { recursive: true })
  if (outermost === undefined) return []
  const made = [folder]
  for (let each = folder; each !== outermost; each = dirname(each)) made.unshift(dirname(each))
  return made
}
