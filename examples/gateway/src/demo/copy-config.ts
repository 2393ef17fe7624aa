import { randomBytes } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** Where the files of the configuration name the folder that they stand in. */
const placeholder = '{folder}'

/**
 * Copies a configuration into a folder that is to be played with, unless there is one already, and gives everybody that it
 * refers to as `${file:{folder}/secrets/…}` a token that nobody else knows. Gives whether it did.
 */
export function copyConfig(from: string, folder: string): boolean {
  if (existsSync(join(folder, 'config.yaml'))) return false
  cpSync(from, folder, { recursive: true })
  const secrets = new Set<string>()
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.yaml')) continue
    const path = join(folder, name)
    const text = readFileSync(path, 'utf8')
    for (const [, secret = ''] of text.matchAll(/\{folder\}\/secrets\/([\w-]+)/g)) secrets.add(secret)
    writeFileSync(path, text.replaceAll(placeholder, resolve(folder)))
  }
  mkdirSync(join(folder, 'secrets'), { recursive: true, mode: 0o700 })
  for (const secret of secrets)
    writeFileSync(join(folder, 'secrets', secret), randomBytes(18).toString('base64url'), { mode: 0o600 })
  return true
}
