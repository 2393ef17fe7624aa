import { attempt, identityOf, type Walk, walk, walkFromRoot } from './walk.ts'
import type { WatchFs } from './watch-fs.ts'

/** A folder or file to be told about. */
export interface WatchPlace {
  /** Its real path. */
  readonly path: string
  /** Which one it is: see `identityOf`. */
  readonly identity: string
  /** The names in the folder that matter, folded; undefined when all do. */
  readonly names: ReadonlySet<string> | undefined
}

/** The state of what a path leads to, at one look. */
export interface Survey {
  /** Equal for equal states. A file that is written twice within one tick of its file system's clock may look equal. */
  readonly fingerprint: string
  /** The newest time of anything it consists of, in nanoseconds since 1970. */
  readonly newest: bigint
  /** Where its next change will show, by real path. */
  readonly places: ReadonlyMap<string, WatchPlace>
}

export type WatchKind = 'file' | 'directory'

/** Entries of a folder that are looked at together. */
const batchSize = 32

/**
 * Looks at everything that `path`, an absolute one, leads to: each link on the way, and the file, or the folder with
 * each of its entries. Never rejects: what is missing or refused is a state like any other.
 */
export async function survey(fs: WatchFs, path: string, kind: WatchKind): Promise<Survey> {
  const way = await walkFromRoot(fs, path)
  const marks = [...way.marks]
  const places = new Map<string, WatchPlace>()
  addWaypoints(places, way)
  let { newest } = way
  const { end } = way
  if (end === undefined) return { fingerprint: marks.join('\n'), newest, places }

  const isListed = kind === 'directory' && end.stats.isDirectory()
  // The file itself as well: one that is mounted into a container, or written through another name for it, changes
  // without a word in the folder that holds it.
  if (isListed || end.stats.isFile()) addWhole(places, end.path, identityOf(end.stats))
  if (isListed) {
    const inside = [...way.trail, { path: end.path, identity: identityOf(end.stats) }]
    const listing = await attempt(() => fs.readdir(end.path))
    if ('code' in listing) marks.push(`listing ${listing.code}`)
    else {
      const names = listing.value.toSorted()
      for (let at = 0; at < names.length; at += batchSize) {
        const entries = await Promise.all(names.slice(at, at + batchSize).map((name) => walk(fs, inside, [name])))
        for (const entry of entries) {
          marks.push(...entry.marks)
          if (entry.newest > newest) newest = entry.newest
          addWaypoints(places, entry)
        }
      }
    }
  }
  return { fingerprint: marks.join('\n'), newest, places }
}

/** Names as they are compared: file systems differ in case and in how they write an accent. */
export function foldName(name: string): string {
  return name.normalize().toLowerCase()
}

function addWaypoints(places: Map<string, WatchPlace>, { waypoints }: Walk): void {
  for (const { folder, name } of waypoints) {
    const known = places.get(folder.path)
    if (known !== undefined && known.names === undefined) continue
    const names = new Set(known?.names).add(foldName(name))
    places.set(folder.path, { path: folder.path, identity: folder.identity, names })
  }
}

function addWhole(places: Map<string, WatchPlace>, path: string, identity: string): void {
  places.set(path, { path, identity, names: undefined })
}
