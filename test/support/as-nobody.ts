import { chmodSync } from 'node:fs'

/**
 * Runs something that must be refused by the rights of files. The superuser may read everything, so that it is done as
 * nobody then; `folder` is opened for that. Whatever is imported lazily must have been before.
 */
export async function asNobody<T>(folder: string, run: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return run()
  chmodSync(folder, 0o755)
  process.seteuid?.(65_534)
  try {
    return await run()
  } finally {
    process.seteuid?.(0)
  }
}
