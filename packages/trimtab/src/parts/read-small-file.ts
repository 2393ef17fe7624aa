import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

/** More than any chain of certificates needs; what is larger is some other file. */
const limit = 1024 * 1024

/** The text of a regular file of at most 1 MiB. Rejects for anything else: a device or a named pipe would never end. */
export async function readSmallFile(path: string, signal: AbortSignal): Promise<string> {
  // Otherwise opening a named pipe waits until somebody writes to it.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const found = await file.stat()
    if (!found.isFile()) throw new Error('it is not a regular file')
    if (found.size > limit) throw new Error('it is larger than 1 MiB')
    return await file.readFile({ encoding: 'utf8', signal })
  } finally {
    await file.close()
  }
}
