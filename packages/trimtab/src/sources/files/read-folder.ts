import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { sourceLimits } from '../limits.ts'
import { type FolderFile, type FolderListing, listFolder } from './folder-entries.ts'
import { type ReadFailure, readFileWithin, stampOf } from '../read-file.ts'

export interface ReadFolderFile extends FolderFile {
  readonly bytes: Uint8Array
}

/** What went wrong with the file of that name. */
interface FolderFailure {
  readonly name: string
  readonly failure: ReadFailure
}

export type FolderRead =
  | {
      readonly kind: 'read'
      readonly files: readonly ReadFolderFile[]
      readonly ignored: Extract<FolderListing, { kind: 'listed' }>['ignored']
      readonly failures: readonly FolderFailure[]
      /** False when something in the folder changed meanwhile: the files may be of two versions. */
      readonly isWhole: boolean
    }
  | ReadFailure

/** Reads the configuration files of a folder, all together within the limit of one file. Never rejects. */
export async function readFolder(path: string, extensions: readonly string[] | undefined): Promise<FolderRead> {
  const listing = await listFolder(path, extensions)
  if (listing.kind !== 'listed') return listing
  if (listing.files.length > sourceLimits.directoryFiles) return tooMany

  const files: ReadFolderFile[] = []
  const failures: FolderFailure[] = []
  const stamps = new Map<string, string>()
  let isWhole = true
  let size = 0
  for (const file of listing.files) {
    const read = await readFileWithin(join(path, file.name), sourceLimits.fileBytes)
    if (read.kind !== 'read') {
      failures.push({ name: file.name, failure: read.kind === 'absent' ? { ...read, ...listedButAbsent } : read })
      continue
    }
    stamps.set(file.name, read.stamp)
    isWhole &&= read.isWhole
    size += read.bytes.length
    if (size > sourceLimits.fileBytes) return tooLargeTogether
    files.push({ ...file, bytes: read.bytes })
  }
  isWhole &&= await isUnchanged(path, extensions, listing.files, stamps)
  return { kind: 'read', files, ignored: listing.ignored, failures, isWhole }
}

/** True when the folder has the same files as when they were read: another could have been swapped in between two. */
async function isUnchanged(
  path: string,
  extensions: readonly string[] | undefined,
  files: readonly FolderFile[],
  stamps: ReadonlyMap<string, string>,
): Promise<boolean> {
  const again = await listFolder(path, extensions)
  if (again.kind !== 'listed' || again.files.length !== files.length) return false
  for (const [index, { name }] of again.files.entries()) {
    if (name !== files[index]?.name) return false
    const stamp = stamps.get(name)
    if (stamp !== undefined && stamp !== (await stampAt(join(path, name)))) return false
  }
  return true
}

async function stampAt(path: string): Promise<string | undefined> {
  try {
    const stats = await stat(path, { bigint: true })
    return stats.isFile() ? stampOf(stats) : undefined
  } catch {
    return undefined
  }
}

const listedButAbsent = {
  kind: 'refused',
  code: 'unreadable',
  hint: 'Restore it, or remove what is left of it.',
} as const

const tooMany: ReadFailure = {
  kind: 'refused',
  code: 'too_large',
  message: `has more than ${sourceLimits.directoryFiles} files`,
  hint: 'Put what belongs together into one file.',
}

const tooLargeTogether: ReadFailure = {
  kind: 'refused',
  code: 'too_large',
  message: `has files that are together larger than ${sourceLimits.fileBytes / 1024 / 1024} MiB`,
  hint: 'Keep large content outside of the configuration.',
}
