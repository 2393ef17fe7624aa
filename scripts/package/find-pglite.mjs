import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const server = fileURLToPath(new URL('../../packages/server', import.meta.url))

/** The folder of PGlite's code. Undefined where it is not installed: it is an optional dependency. */
export function findPglite() {
  try {
    return dirname(createRequire(join(server, 'package.json')).resolve('@electric-sql/pglite'))
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error
    return undefined
  }
}
