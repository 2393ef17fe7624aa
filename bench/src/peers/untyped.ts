import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

interface Convict {
  load(values: object): Convict
  get(path: string): number
}

interface Nconf {
  Provider: new () => { defaults(values: object): void; get(path: string): number }
}

/** Reads its values when it is loaded. */
export function loadConfig(values: object): { get(path: string): number } {
  process.env['NODE_CONFIG'] = JSON.stringify(values)
  process.env['SUPPRESS_NO_CONFIG_WARNING'] = 'true'
  // What its documentation says it exports.
  return require('config') as { get(path: string): number }
}

/** A convict configuration whose schema has the shape of `values`. */
export function loadConvict(schema: object): Convict {
  // As above.
  const convict = require('convict') as (schema: object) => Convict
  return convict(schema)
}

export function loadNconf(values: object): { get(path: string): number } {
  // As above.
  const { Provider } = require('nconf') as Nconf
  const provider = new Provider()
  provider.defaults(values)
  return provider
}

/** Every difference of two values; undefined where there is none. */
export function loadDeepDiff(): (previous: unknown, next: unknown) => readonly unknown[] | undefined {
  // As above.
  const { diff } = require('deep-diff') as { diff: (a: unknown, b: unknown) => readonly unknown[] | undefined }
  return diff
}
