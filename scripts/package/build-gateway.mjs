/**
 * Builds the gateway of `npm start` and what it needs. Where PGlite is not installed, the types of the embedded store can't be
 * checked: what the compiler finds in that package is left away then, and all the rest still stops it.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { findPglite } from './find-pglite.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const isWhole = findPglite() !== undefined
const command = ['node_modules/typescript/bin/tsc', '-b', 'examples/gateway', ...(isWhole ? [] : ['--pretty', 'false'])]
const { status, stdout } = spawnSync(process.execPath, command, {
  cwd: root,
  encoding: 'utf8',
  stdio: ['ignore', isWhole ? 'inherit' : 'pipe', 'inherit'],
})

if (isWhole) process.exitCode = status ?? 1
else {
  // A line that is indented goes on with what the line before it says.
  const found = stdout
    .split(/\n(?!\s)/)
    .filter((text) => text !== '' && !text.startsWith('packages/server/src/embedded/'))
  for (const text of found) console.log(text)
  process.exitCode = status === 0 || (stdout !== '' && found.length === 0) ? 0 : 1
}
