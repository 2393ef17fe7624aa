import { access, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { extname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describeThrown, isTrimtabError } from '../../errors/trimtab-error.ts'
import { valueAt } from '../../model/path.ts'
import { errorWithNext, usageError } from '../usage-error.ts'

export interface ImportOptions {
  /** Absolute. */
  readonly path: string
  /** How it is shown to people. */
  readonly shown: string
  readonly nodeVersion: string
}

/**
 * Imports a module of the user's. TypeScript is run by the `tsx` of the project that the module stands in, where it has
 * one, otherwise by Node. (Not the other way round: Node remembers what it could not import.)
 */
export async function importModule(options: ImportOptions): Promise<object> {
  const { path, shown } = options
  await access(path).catch((error: unknown) => {
    const next = 'Name the file, with its extension: --schema src/config.ts.'
    throw usageError(`There is no schema module ${shown}.`, next, error)
  })
  const hasTsx = isTypeScript(path) && (await useProjectsTsx(path))
  try {
    // A module namespace is an object.
    return (await import(pathToFileURL(path).href)) as object
  } catch (error) {
    if (isTypeScript(path) && !hasTsx && isLanguageFault(error)) throw missingTsx(error, options)
    throw failedImport(error, options)
  }
}

function isTypeScript(path: string): boolean {
  return ['.ts', '.mts', '.cts', '.tsx'].includes(extname(path))
}

/** What Node says of TypeScript that it does not run, or of imports that only a compiler would find. */
const languageFaults: readonly unknown[] = [
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_INVALID_TYPESCRIPT_SYNTAX',
  'ERR_MODULE_NOT_FOUND',
]

function isLanguageFault(error: unknown): boolean {
  return error instanceof Error && 'code' in error && languageFaults.includes(error.code)
}

/** From here on the process runs TypeScript. False where the project has no `tsx`. */
async function useProjectsTsx(path: string): Promise<boolean> {
  const api = await findTsx(path)
  if (api === undefined) return false
  const tsx: unknown = await import(api)
  const register: unknown = typeof tsx === 'object' && tsx !== null ? Reflect.get(tsx, 'register') : undefined
  if (typeof register !== 'function') return false
  Reflect.apply(register, undefined, [])
  return true
}

/**
 * The URL of the project's `tsx/esm/api`. Node resolves for a place that is not this one by the rules of `require` alone,
 * and what tsx has for those does not load: so it is the file that its manifest names for `import`.
 */
async function findTsx(path: string): Promise<string | undefined> {
  let manifest: string
  try {
    manifest = createRequire(path).resolve('tsx/package.json')
  } catch {
    return undefined
  }
  const named = [
    ['exports', './esm/api', 'import', 'default'],
    ['exports', './esm/api', 'import'],
    ['exports', './esm/api'],
  ]
  const content: unknown = JSON.parse(await readFile(manifest, 'utf8'))
  const file = named.map((keys) => valueAt(content, keys)).find((value) => typeof value === 'string')
  return typeof file === 'string' ? new URL(file, pathToFileURL(manifest)).href : undefined
}

function missingTsx(error: unknown, { shown, nodeVersion }: ImportOptions): Error {
  return errorWithNext(
    'dependency_missing',
    `${shown} is TypeScript, which Node ${nodeVersion} cannot run as it is: ${describeThrown(error)}`,
    'Install tsx in the project (npm install --save-dev tsx), use Node 22.18 or newer, or name the built module: ' +
      '--schema dist/config.js.',
    error,
  )
}

/** What the module itself threw keeps its code where it has one: a schema that is not possible, say. */
function failedImport(error: unknown, { shown }: ImportOptions): Error {
  if (isTrimtabError(error)) return error
  const next = 'Run it with node to see the whole error. It is imported as it is, so it must not start the service.'
  return usageError(`The schema module ${shown} cannot be imported: ${describeThrown(error)}`, next, error)
}
