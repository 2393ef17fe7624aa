import {
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { atomicWrite } from '../../support/atomic-writer.ts'

/** The ways in which editors, tools and Kubernetes bring a new content to a place. */
export const saveStyles = ['rename', 'pieces', 'recreate', 'linkSwap'] as const
export type SaveStyle = (typeof saveStyles)[number]

/** `stamp` is unique for each call. */
export async function save(style: SaveStyle, path: string, content: string, stamp: string): Promise<void> {
  switch (style) {
    case 'rename': {
      const beside = join(dirname(path), `.${basename(path)}.${stamp}`)
      writeFileSync(beside, content)
      renameSync(beside, path)
      return
    }
    case 'pieces': {
      const file = openSync(path, 'w')
      const third = Math.ceil(content.length / 3)
      for (let at = 0; at < content.length; at += third) {
        writeSync(file, content.slice(at, at + third))
        await nextTurn()
      }
      closeSync(file)
      return
    }
    case 'recreate':
      unlinkSync(path)
      await nextTurn()
      writeFileSync(path, content)
      return
    case 'linkSwap': {
      // The place is a link into a volume elsewhere, as a mounted file of a ConfigMap is.
      const name = basename(path)
      const volume = join(dirname(path), `..volume-${name}`)
      mkdirSync(volume, { recursive: true })
      atomicWrite(volume, stamp, { [name]: content })
      if (lstatSync(path).isSymbolicLink()) return
      const link = join(dirname(path), `.${name}.link`)
      symlinkSync(relative(dirname(path), join(volume, name)), link)
      renameSync(link, path)
      return
    }
    default:
      style satisfies never
  }
}
