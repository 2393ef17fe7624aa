import { type ConfigStore, type Plane, printOrigin } from 'trimtab'
import { environment } from '../store/open-store.ts'
import { line } from '../terminal/lines.ts'
import { show, storeName } from './look.ts'

/**
 * Tells where a file says something else than the store: whoever edits it would wait for ever. At the first look all of it,
 * and later what a file says anew.
 */
export function createHiddenFiles<Config>(plane: Plane<Config>, store: ConfigStore): () => Promise<readonly string[]> {
  let known: ReadonlyMap<string, string> | undefined
  return async () => {
    const { setBy } = await store.read(environment)
    const said = new Map<string, string>()
    const lines: string[] = []
    for (const [path, revision] of setBy) {
      const { contributions } = plane.explain(path)
      const own = contributions.findIndex(({ origin }) => origin.source === storeName)
      // It has been published a moment ago, and is not read yet.
      if (own < 0) continue
      const file = contributions.slice(own + 1).find(({ origin }) => origin.location?.kind === 'file')
      const text = show(file?.value)
      said.set(path, text)
      const stored = show(contributions[own]?.value)
      const isNews = known === undefined || (known.has(path) && known.get(path) !== text)
      if (file === undefined || !isNews || text === stored) continue
      const where = `${printOrigin(file.origin)} says ${path} ${text}`
      lines.push(
        line(
          'hidden',
          `${where}, the store says ${stored} since revision ${revision}: unset ${path} lets the file decide`,
        ),
      )
    }
    known = said
    return lines
  }
}
