/** `npm run check:folders`: when a folder of the source passes fifteen files, a noun is missing. Tests and entry files don't count. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const limit = 15
const isCounted = (entry) =>
  entry.isFile() && /\.(ts|tsx)$/.test(entry.name) && !/^index\.|\.test\.tsx?$/.test(entry.name)

function* folders(path) {
  yield path
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) yield* folders(join(path, entry.name))
  }
}

const roots =
  process.argv.length > 2 ? process.argv.slice(2) : readdirSync('packages').map((name) => `packages/${name}/src`)
for (const folder of roots.flatMap((root) => [...folders(root)])) {
  const count = readdirSync(folder, { withFileTypes: true }).filter(isCounted).length
  if (count <= limit) continue
  console.error(`${folder}: ${count} files; find the noun that is missing and make it a folder`)
  process.exitCode = 1
}
