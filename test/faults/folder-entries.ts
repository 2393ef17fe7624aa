import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { makePipe } from '../support/make-pipe.ts'

/** What stands at a path: content, or something odd. */
type FolderEntry =
  | string
  | Uint8Array
  | { readonly kind: 'nothing' }
  | { readonly kind: 'folder' }
  | { readonly kind: 'pipe' }
  | { readonly kind: 'link'; readonly to: string }
  /** A file that only its owner could read, were its mode not 0. */
  | { readonly kind: 'forbidden'; readonly text: string }

export type FolderEntries = Readonly<Record<string, FolderEntry>>

/** Puts entries into a folder, by relative path, in place of whatever stood there. */
export function writeEntries(folder: string, entries: FolderEntries): void {
  for (const [name, entry] of Object.entries(entries)) {
    const path = join(folder, name)
    rmSync(path, { recursive: true, force: true })
    mkdirSync(dirname(path), { recursive: true })
    writeEntry(path, entry)
  }
}

function writeEntry(path: string, entry: FolderEntry): void {
  if (typeof entry === 'string' || entry instanceof Uint8Array) {
    writeFileSync(path, entry)
    return
  }
  switch (entry.kind) {
    case 'nothing':
      return
    case 'folder':
      mkdirSync(path)
      return
    case 'pipe':
      makePipe(path)
      return
    case 'link':
      symlinkSync(entry.to, path)
      return
    case 'forbidden':
      writeFileSync(path, entry.text)
      chmodSync(path, 0)
      return
    default:
      entry satisfies never
  }
}
