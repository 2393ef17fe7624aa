import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ConfigStore, Plane } from 'trimtab'
import { parse } from 'yaml'
import { environment } from './open-store.ts'

/**
 * Publishes what `seed.yaml` says to a store that nobody has ever published to; what somebody has published is never
 * touched. The plane has read the file before, so that it is known to be good. Gives what to tell of it.
 */
export async function seedStore<Config>(
  folder: string,
  store: ConfigStore,
  plane: Pick<Plane<Config>, 'publish'>,
): Promise<readonly string[]> {
  const file = join(folder, 'seed.yaml')
  const { cursor } = await store.read(environment)
  if (cursor.revision > 0) return [`the store is at revision ${cursor.revision}`]
  if (!existsSync(file)) return ['the store is empty']
  const result = await plane.publish([{ scope: environment, path: '', value: parse(readFileSync(file, 'utf8')) }], {
    author: 'seed',
    message: 'What seed.yaml said at the first start',
    expected: cursor,
    until: 'committed',
  })
  switch (result.kind) {
    case 'published':
      return [`the store is new: seed.yaml is its revision ${result.cursor.revision}`]
    case 'refused':
      return [
        'the store takes nothing of seed.yaml:',
        ...result.problems.map(({ message }) => `  refused   ${message}`),
      ]
    default:
      return []
  }
}
