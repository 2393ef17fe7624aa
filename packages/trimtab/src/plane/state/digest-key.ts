import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describeThrown } from '../../errors/trimtab-error.ts'
import type { Logger } from '../../primitives/logger.ts'

const bytes = 32

/**
 * The key that content is identified with, made once for a slot: a digest that gets out, in an outcome or a log, tells
 * nothing to who does not have it. Without it a short secret could be found by trying all of them.
 */
export async function digestKey(folder: string, logger: Logger): Promise<Uint8Array> {
  const path = join(folder, 'digest.key')
  const kept = await readFile(path).catch(() => undefined)
  if (kept?.length === bytes) return kept
  const key = randomBytes(bytes)
  try {
    await writeFile(path, key, { mode: 0o600 })
  } catch (error) {
    logger.warn(
      `The key of digests could not be kept, so that the next start will not know its contents again: ${describeThrown(error)}`,
    )
  }
  return key
}
