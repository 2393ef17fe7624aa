/**
 * Makes the package it is run in ready to be packed: built, without output of source files that are gone, and with the licence and
 * the README of the repository beside its package.json. npm runs it before `npm pack` and `npm publish`.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = process.cwd()

const build = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
if (build.status !== 0) process.exit(1)
for (const file of readdirSync(join(folder, 'dist'), { recursive: true })) {
  const [, stem] = /^(.+?)(?:\.d\.ts|\.js|\.js\.map)$/.exec(file) ?? []
  if (stem !== undefined && !existsSync(join(folder, 'src', `${stem}.ts`))) rmSync(join(folder, 'dist', file))
}
for (const file of ['LICENSE', 'README.md']) {
  if (existsSync(join(root, file))) copyFileSync(join(root, file), join(folder, file))
}
