import { readdir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { compareText } from '../../primitives/json.ts'
import { isLeftBehind } from '../files/folder-entries.ts'
import { formatOf, knownExtensions } from '../formats/load-format.ts'
import { explainFailure, type ReadFailure, stampOf } from '../read-file.ts'

/** One file that holds, by its name, the overlay of a tenant. */
export interface OverlayFile {
  readonly name: string
  readonly tenant: string
  readonly extension: string
  /** Another one when it may have another content; undefined where it can't be looked at. */
  readonly stamp: string | undefined
}

export type OverlayFiles =
  | {
      readonly kind: 'listed'
      readonly files: readonly OverlayFile[]
      readonly ignored: readonly { readonly name: string; readonly message: string; readonly hint: string }[]
    }
  | ReadFailure

/** Files that are looked at together. */
const batchSize = 32

/** Lists a folder of overlays, sorted by name, with the state of each file. Never rejects. */
export async function listOverlayFiles(folder: string): Promise<OverlayFiles> {
  let names: readonly string[]
  try {
    names = (await readdir(folder)).sort(compareText)
  } catch (error) {
    return explainFailure(error)
  }
  const files: OverlayFile[] = []
  const ignored: { name: string; message: string; hint: string }[] = []
  const look = async (name: string) => {
    const extension = extname(name)
    const tenant = name.slice(0, name.length - extension.length)
    const state = await stateOf(join(folder, name))
    if (state.isFolder) ignored.push({ name, ...subfolder })
    else if (formatOf(name) === undefined || extension === '') ignored.push({ name, ...unknownExtension })
    else files.push({ name, tenant, extension, stamp: state.stamp })
  }
  const wanted = names.filter((name) => !isLeftBehind(name))
  for (let at = 0; at < wanted.length; at += batchSize) await Promise.all(wanted.slice(at, at + batchSize).map(look))
  return { kind: 'listed', files: files.sort((a, b) => compareText(a.name, b.name)), ignored }
}

async function stateOf(path: string): Promise<{ readonly isFolder: boolean; readonly stamp: string | undefined }> {
  try {
    const stats = await stat(path, { bigint: true })
    return { isFolder: stats.isDirectory(), stamp: stampOf(stats) }
  } catch {
    // What is wrong with it shows when it is read.
    return { isFolder: false, stamp: undefined }
  }
}

const subfolder = { message: 'is a folder, and not read', hint: 'Put the files of tenants into the folder itself.' }
const unknownExtension = {
  message: 'is not read: its extension is not one of configuration',
  hint: `Name it after a tenant, with one of ${knownExtensions}, or move it.`,
}
