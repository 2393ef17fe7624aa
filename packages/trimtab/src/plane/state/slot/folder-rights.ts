import { randomUUID } from 'node:crypto'
import type { Stats } from 'node:fs'
import { chmod, lstat, mkdir, open, realpath, rm, stat } from 'node:fs/promises'
import { platform } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { TrimtabError } from '../../../errors/trimtab-error.ts'
import { failureKind } from '../../../sources/failure-kind.ts'

const othersMayWrite = 0o022
const othersMayAnything = 0o077

/** Makes the folder where it is missing, for this user alone; throws where somebody else can write to it. Gives its real path. */
export async function usableRoot(path: string): Promise<string> {
  const root = await attempt(path, async () => {
    await makeFolders(resolve(path))
    return realpath(path)
  })
  const found = await attempt(path, () => stat(root))
  if (!found.isDirectory()) throw notFolder(path)
  if (hasModes() && (found.mode & othersMayWrite) !== 0) {
    throw unusable(
      path,
      `others can write to it (mode ${modeOf(found)})`,
      `Give a folder inside of it, which is then made for this process alone, or take the right away: chmod go-w ${path}`,
    )
  }
  return root
}

/** Makes one slot in it, with mode 0700, and shows that this process can write there. */
export async function usableSlot(root: string, name: string): Promise<string> {
  const slot = join(root, name)
  const writer = await attempt(slot, async () => {
    await mkdir(slot, { mode: 0o700 }).catch((error: unknown) => {
      if (failureKind(error) !== 'EEXIST') throw error
    })
    if (!(await lstat(slot)).isDirectory()) throw notFolder(slot)
    return probe(slot)
  })
  for (const folder of [root, slot]) {
    const { uid } = await attempt(folder, () => lstat(folder))
    // Root can write everywhere anyway. What belongs to anybody else can be replaced by them under our hands.
    if (uid === writer || (folder === root && uid === 0)) continue
    throw unusable(folder, 'it belongs to another user', 'Run as the user it belongs to, or choose another folder')
  }
  await attempt(slot, () => closeToOthers(slot))
  return slot
}

/** Node's own `recursive` goes round for ever where a folder exists and nothing can be made in it, as in /proc. */
async function makeFolders(path: string): Promise<void> {
  const make = async (): Promise<'made' | 'no_parent'> => {
    try {
      await mkdir(path, { mode: 0o700 })
    } catch (error) {
      const kind = failureKind(error)
      if (kind === 'ENOENT') return 'no_parent'
      if (kind !== 'EEXIST') throw error
    }
    return 'made'
  }
  if ((await make()) === 'made') return
  await makeFolders(dirname(path))
  if ((await make()) === 'made') return
  throw unusable(path, 'nothing can be made there', 'Choose another folder')
}

/** The error for a folder that state can't be kept in. `why` follows its name; `action` is a sentence without its point. */
export function unusable(path: string, why: string, action: string, cause?: unknown): TrimtabError {
  const options = { details: { path }, ...(cause === undefined ? {} : { cause }) }
  return new TrimtabError('state_dir_unusable', `The folder ${path} cannot be used: ${why}. ${action}.`, options)
}

function notFolder(path: string): TrimtabError {
  return unusable(path, 'it is not a folder', 'Choose another path, or move away what is there')
}

/** Windows has other rights, which the modes that node makes up there say nothing of. */
function hasModes(): boolean {
  return platform() !== 'win32'
}

function modeOf({ mode }: Stats): string {
  return (mode & 0o777).toString(8)
}

async function closeToOthers(slot: string): Promise<void> {
  if (!hasModes() || ((await lstat(slot)).mode & othersMayAnything) === 0) return
  await chmod(slot, 0o700)
  const after = await lstat(slot)
  if ((after.mode & othersMayAnything) === 0) return
  throw unusable(
    slot,
    `others can read it (mode ${modeOf(after)}) and that can't be changed`,
    'Choose a folder on another file system',
  )
}

/** Writes a file and takes it away again. Gives the user that files of this process belong to. */
async function probe(folder: string): Promise<number> {
  const path = join(folder, `probe-${randomUUID()}`)
  const file = await open(path, 'wx', 0o600)
  try {
    return (await file.stat()).uid
  } finally {
    await file.close()
    await rm(path, { force: true })
  }
}

async function attempt<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof TrimtabError ? error : explained(path, error)
  }
}

function explained(path: string, error: unknown): TrimtabError {
  const kind = failureKind(error)
  switch (kind) {
    case 'EEXIST':
    case 'ENOTDIR':
      return unusable(path, 'a part of it is not a folder', 'Choose another path, or move away what is there', error)
    case 'EACCES':
    case 'EPERM':
      return unusable(
        path,
        'this process may not write there',
        'Give its user the right to, or choose another folder',
        error,
      )
    case 'EROFS':
      return unusable(path, 'its file system is read-only', 'Choose a folder on one that can be written to', error)
    case 'ENOSPC':
    case 'EDQUOT':
      return unusable(path, 'there is no space left', 'Make room, or choose a folder elsewhere', error)
    case 'ENAMETOOLONG':
      return unusable(path, 'its name is too long for the file system', 'Choose a shorter path', error)
    case 'ELOOP':
      return unusable(path, 'it is a link that leads back to itself', 'Correct the link', error)
    case 'ENOENT':
      return unusable(path, 'it is a link to something that does not exist, or was removed', 'Correct the link', error)
    default:
      return unusable(
        path,
        `it can not be written to (${kind})`,
        'Make it writable for this process alone, or choose another',
        error,
      )
  }
}
