import {
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

/**
 * Writes a volume as Kubernetes' kubelet does for config maps and secrets: all files into a new dated folder, `..data`
 * re-pointed to it in one rename, a link per file through `..data`, and the old folder removed.
 */
export function atomicWrite(volume: string, stamp: string, files: Readonly<Record<string, string>>): void {
  const data = join(volume, '..data')
  const old = existsSync(data) ? readlinkSync(data) : undefined
  const folder = `..${stamp}`
  mkdirSync(join(volume, folder))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(volume, folder, name), text)
  symlinkSync(folder, join(volume, '..data_tmp'))
  renameSync(join(volume, '..data_tmp'), data)
  for (const name of Object.keys(files)) {
    if (!existsSync(join(volume, name))) symlinkSync(join('..data', name), join(volume, name))
  }
  for (const name of readdirSync(volume)) {
    if (!name.startsWith('..') && !Object.hasOwn(files, name)) unlinkSync(join(volume, name))
  }
  if (old !== undefined) rmSync(join(volume, old), { recursive: true })
}
