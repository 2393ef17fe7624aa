import type { PGlite } from '@electric-sql/pglite'
import { loadPglite } from './load-pglite.ts'
import { createSyncedFs, durableParameters } from './synced-fs.ts'

/** Starts PostgreSQL on its data, which it recovers where it was cut off. What it says goes to `hear`. */
export async function startPglite(data: string, hear: (line: string) => void): Promise<PGlite> {
  const { PGlite, NodeFS } = await loadPglite()
  const listen = (line: string) => {
    hear(line)
    return true
  }
  return PGlite.create({
    fs: createSyncedFs(NodeFS, data),
    startParams: durableParameters(PGlite),
    onStdout: listen,
    onStderr: listen,
  })
}
