import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isPlainObject } from '../../primitives/json.ts'
import { usageError } from '../usage-error.ts'

const stems = ['src/config', 'config']
const extensions = ['.ts', '.mts', '.js', '.mjs']

/** Where the schema module is, relative to `cwd`: what package.json names, or the first of the usual places. */
export async function findSchemaModule(cwd: string): Promise<string> {
  const named = await namedInPackage(join(cwd, 'package.json'))
  if (named !== undefined) return named
  for (const place of stems.flatMap((stem) => extensions.map((extension) => `${stem}${extension}`))) {
    if (await exists(join(cwd, place))) return place
  }
  throw usageError(
    `There is no schema module in ${cwd}: no src/config and no config with the extension ${extensions.join(', ')}.`,
    'Name it with --schema, or in package.json: { "trimtab": { "schema": "src/service.ts" } }.',
  )
}

async function namedInPackage(file: string): Promise<string | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch {
    // Without a package.json, or with one that cannot be read, the usual places are left.
    return undefined
  }
  let manifest: unknown
  try {
    manifest = JSON.parse(text)
  } catch (error) {
    throw usageError(`${file} is no JSON.`, 'Correct it, or name the schema module with --schema.', error)
  }
  const settings = isPlainObject(manifest) ? manifest['trimtab'] : undefined
  if (settings === undefined) return undefined
  const schema = isPlainObject(settings) ? settings['schema'] : undefined
  if (typeof schema === 'string' && schema !== '') return schema
  throw usageError(
    `"trimtab" in ${file} names no schema module.`,
    'Write it like { "trimtab": { "schema": "src/service.ts" } }.',
  )
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
