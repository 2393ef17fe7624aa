import { readFile } from 'node:fs/promises'
import { fieldsOf } from './document.ts'

/** Trimtab's own version, for people who look at what it wrote; `unknown` where a bundler has left the package behind. */
export async function libraryVersion(): Promise<string> {
  try {
    const text = await readFile(new URL('../../../package.json', import.meta.url), 'utf8')
    const { name, version } = fieldsOf(JSON.parse(text))
    return name === 'trimtab' && typeof version === 'string' ? version : 'unknown'
  } catch {
    return 'unknown'
  }
}
