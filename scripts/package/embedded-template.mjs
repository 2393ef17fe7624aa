/**
 * Makes packages/server/template/store.tar.gz, where it is not yet that of the migrations and of the PGlite that are here:
 * what a new embedded store is unpacked from. Run it after `npm run build`; packing does. Without PGlite there is none.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findPglite } from './find-pglite.mjs'

const pglite = findPglite()
if (pglite === undefined) {
  console.log('@electric-sql/pglite is not installed: there is no embedded store')
  process.exit(0)
}

const server = fileURLToPath(new URL('../../packages/server', import.meta.url))
const { printMigrations } = await import('trimtab/postgres')
const { makeTemplate } = await import(join(server, 'dist/embedded/template/make-template.js'))

const { version } = JSON.parse(readFileSync(join(pglite, '../package.json'), 'utf8'))
const key = createHash('sha256').update(`${version}\n${printMigrations()}`).digest('hex')

const file = join(server, 'template/store.tar.gz')
const keyFile = join(server, 'template/made-of')
if (!existsSync(file) || !existsSync(keyFile) || readFileSync(keyFile, 'utf8') !== key) {
  await makeTemplate(file)
  writeFileSync(keyFile, key)
}
