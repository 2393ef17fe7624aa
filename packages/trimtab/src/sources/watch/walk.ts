import { isAbsolute, join, parse, sep } from 'node:path'
import { failureKind } from '../failure-kind.ts'
import type { PathStats, WatchFs } from './watch-fs.ts'

/** A folder on the way, by its real path, and which one it is: another folder may come to stand at the same path. */
export interface Folder {
  readonly path: string
  readonly identity: string
}

/** A name whose change in that folder can change what the path leads to. */
interface Waypoint {
  readonly folder: Folder
  readonly name: string
}

/** Where a path leads, and over which names. */
export interface Walk {
  readonly waypoints: readonly Waypoint[]
  /** What was met, in order, so that two walks over the same state give the same marks. */
  readonly marks: readonly string[]
  /** The newest time that was met, in nanoseconds since 1970. */
  readonly newest: bigint
  /** The folders that lead to the end, from the root; their real paths. */
  readonly trail: readonly Folder[]
  /** What is there in the end; undefined when the way ends before. */
  readonly end: { readonly path: string; readonly stats: PathStats } | undefined
}

/** As many as Linux follows. */
const mostLinks = 40

/** Follows `path`, an absolute one, through every link. Never rejects: what stops it is a mark and a waypoint. */
export async function walkFromRoot(fs: WatchFs, path: string): Promise<Walk> {
  const { root } = parse(path)
  return walk(fs, await rootFolder(fs, root), namesIn(path.slice(root.length)))
}

/** The same for a name, or several, below a folder that a walk has reached. */
export async function walk(fs: WatchFs, start: readonly Folder[], names: readonly string[]): Promise<Walk> {
  let trail = [...start]
  const pending = names.toReversed()
  const waypoints: Waypoint[] = []
  const marks: string[] = []
  let newest = 0n
  let links = 0
  const stop = (): Walk => ({ waypoints, marks, newest, trail, end: undefined })

  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const folder = trail.at(-1)
    if (folder === undefined) return stop()
    if (name === '..') {
      if (trail.length > 1) trail.pop()
      continue
    }
    const path = join(folder.path, name)
    const found = await attempt(() => fs.lstat(path))
    if ('code' in found) {
      waypoints.push({ folder, name })
      marks.push(`${path} ${found.code}`)
      // The folder itself is in the way, by its permissions or because it is none: it can only change where it stands.
      const holder = trail.at(-2)
      if (found.code !== 'ENOENT' && holder !== undefined) waypoints.push({ folder: holder, name: lastName(folder) })
      return stop()
    }
    const stats = found.value
    if (stats.isSymbolicLink()) {
      waypoints.push({ folder, name })
      links += 1
      const target = links > mostLinks ? { code: 'ELOOP' } : await attempt(() => fs.readlink(path))
      marks.push(`${path} ${markOf(stats)} -> ${'code' in target ? target.code : target.value}`)
      newest = later(newest, stats)
      if ('code' in target) return stop()
      const { root } = parse(target.value)
      if (isAbsolute(target.value)) trail = await rootFolder(fs, root)
      pending.push(...namesIn(target.value.slice(root.length)).toReversed())
      continue
    }
    if (pending.length > 0) {
      trail.push({ path, identity: identityOf(stats) })
      continue
    }
    waypoints.push({ folder, name })
    marks.push(`${path} ${markOf(stats)}`)
    return { waypoints, marks, newest: later(newest, stats), trail, end: { path, stats } }
  }
  return endAtFolder(fs, { waypoints, marks, newest, trail, end: undefined })
}

/** Which file this is, whatever is written to it. Inode numbers are soon given again; the time of birth tells them apart. */
export function identityOf({ dev, ino, birthtimeNs }: PathStats): string {
  return `${dev}:${ino}:${birthtimeNs}`
}

/** What an operation gave, or the system's code for why it did not. */
export async function attempt<T>(run: () => Promise<T>): Promise<{ readonly value: T } | { readonly code: string }> {
  try {
    return { value: await run() }
  } catch (error) {
    return { code: failureKind(error) }
  }
}

/** The path was the root, or its last name was `..`: it leads to a folder that was passed before. */
async function endAtFolder(fs: WatchFs, way: Walk): Promise<Walk> {
  const path = way.trail.at(-1)?.path ?? ''
  const found = await attempt(() => fs.lstat(path))
  if ('code' in found) return { ...way, marks: [...way.marks, `${path} ${found.code}`] }
  const stats = found.value
  return {
    ...way,
    marks: [...way.marks, `${path} ${markOf(stats)}`],
    newest: later(way.newest, stats),
    end: { path, stats },
  }
}

async function rootFolder(fs: WatchFs, root: string): Promise<Folder[]> {
  const found = await attempt(() => fs.lstat(root))
  return [{ path: root, identity: 'code' in found ? found.code : identityOf(found.value) }]
}

function namesIn(path: string): string[] {
  // A backslash is an ordinary letter of a name where it is no separator.
  return path.split(sep === '/' ? '/' : /[\\/]/).filter((name) => name !== '' && name !== '.')
}

function lastName({ path }: Folder): string {
  return parse(path).base
}

/** Differs whenever the content may: a replacement has another inode, and nobody can set ctime by hand. */
function markOf({ dev, ino, size, mtimeNs, ctimeNs }: PathStats): string {
  return `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`
}

function later(newest: bigint, { mtimeNs, ctimeNs }: PathStats): bigint {
  const own = mtimeNs > ctimeNs ? mtimeNs : ctimeNs
  return own > newest ? own : newest
}
