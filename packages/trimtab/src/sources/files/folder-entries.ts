import { readdir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { compareText } from '../../primitives/json.ts'
import { failureKind } from '../failure-kind.ts'
import { type FormatName, formatOf, knownExtensions } from '../formats/load-format.ts'
import { type ReadFailure, explainFailure } from '../read-file.ts'

/** One file of a folder that is configuration. */
export interface FolderFile {
  readonly name: string
  readonly format: FormatName
}

export type FolderListing =
  | {
      readonly kind: 'listed'
      /** In the order in which they are merged. */
      readonly files: readonly FolderFile[]
      /** What is there and is not read, and why, as a phrase that follows its name. */
      readonly ignored: readonly { readonly name: string; readonly message: string; readonly hint: string }[]
    }
  | ReadFailure

/**
 * Lists a folder. Hidden entries and those that editors leave behind are passed over, also the `..data` of Kubernetes:
 * the links beside it lead to the files. `extensions` narrows what is read.
 */
export async function listFolder(path: string, extensions: readonly string[] | undefined): Promise<FolderListing> {
  let names: readonly string[]
  try {
    names = (await readdir(path)).sort(compareText)
  } catch (error) {
    // It may also be something on the way to it that is no folder.
    return failureKind(error) === 'ENOTDIR' && (await exists(path)) ? notAFolder : explainFailure(error)
  }
  const files: FolderFile[] = []
  const ignored: { name: string; message: string; hint: string }[] = []
  for (const name of names) {
    if (isLeftBehind(name)) continue
    const format = formatOf(name)
    if (await isFolder(join(path, name))) ignored.push({ name, ...subfolder })
    else if (format === undefined || !isWanted(name, extensions)) ignored.push({ name, ...unknown(extensions) })
    else files.push({ name, format })
  }
  return { kind: 'listed', files, ignored }
}

const subfolder = {
  message: 'is a folder, and not read',
  hint: 'Move its files up, or add a directorySource() for it.',
}

function unknown(extensions: readonly string[] | undefined): { readonly message: string; readonly hint: string } {
  const known = extensions === undefined ? knownExtensions : extensions.join(', ')
  return {
    message: 'is not read: its extension is not one of configuration',
    hint: `Read are ${known}. Rename or move it.`,
  }
}

/** Hidden files, and what Emacs (`#x#`, `x~`), Vim (`.x.swp`, `x~`) and others keep beside a file. */
export function isLeftBehind(name: string): boolean {
  return (
    name.startsWith('.') || name.endsWith('~') || name.endsWith('.swp') || (name.startsWith('#') && name.endsWith('#'))
  )
}

function isWanted(name: string, extensions: readonly string[] | undefined): boolean {
  return extensions === undefined || extensions.includes(extname(name).toLowerCase())
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    // What is wrong with it shows when it is read.
    return false
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch {
    return false
  }
}

const notAFolder: ReadFailure = {
  kind: 'refused',
  code: 'unreadable',
  message: 'is not a folder',
  hint: 'Give the path of a folder, or use fileSource().',
}
