/**
 * `npm run check:api` compares the public signatures with the reports that are checked in, and says of each difference from
 * the last release whether it is breaking or additive. `npm run api` writes the reports; `npm run api -- --release` also
 * keeps them as those of the released version.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { classify } from './classify.ts'
import { apiReport } from './report.ts'
import { allowsBreaking } from './version.ts'

const write = process.argv.includes('--write')
const release = process.argv.includes('--release')

const read = (file: string): string | undefined => (existsSync(file) ? readFileSync(file, 'utf8') : undefined)
const packages = ['trimtab', 'server'].map((name) => {
  const folder = join(process.cwd(), 'packages', name)
  // The two are ours.
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  const released = join(folder, 'api/released')
  return { name, folder, manifest, released, releasedVersion: read(join(released, 'version'))?.trim() }
})

interface Manifest {
  readonly version: string
  readonly exports: Readonly<Record<string, string | { readonly types: string }>>
}

for (const { name: packageName, folder, manifest, released, releasedVersion } of packages) {
  let breaking = 0
  for (const [subpath, target] of Object.entries(manifest.exports)) {
    if (typeof target === 'string') continue
    const name = subpath === '.' ? packageName : subpath.slice(2)
    const current = apiReport(folder, target.types)
    const file = join(folder, 'api', `${name}.api.md`)
    if (write) {
      mkdirSync(join(folder, 'api'), { recursive: true })
      writeFileSync(file, current)
    } else if (read(file) !== current) {
      console.error(
        `packages/${packageName}/api/${name}.api.md is not what the source offers; look at it after \`npm run api\`:`,
      )
      for (const { what } of classify(read(file) ?? '', current)) console.error(`  ${what}`)
      process.exitCode = 1
    }
    if (release) {
      mkdirSync(released, { recursive: true })
      writeFileSync(join(released, `${name}.api.md`), current)
    } else if (releasedVersion !== undefined) {
      for (const { kind, what } of classify(read(join(released, `${name}.api.md`)) ?? '', current)) {
        console.log(`${kind} since ${releasedVersion}, ${name}: ${what}`)
        if (kind === 'breaking') breaking += 1
      }
    }
  }
  if (release) writeFileSync(join(released, 'version'), `${manifest.version}\n`)
  else if (releasedVersion === undefined)
    console.log(`Nothing of ${packageName} is released yet, so nothing can break.`)
  else if (breaking > 0 && !allowsBreaking(releasedVersion, manifest.version)) {
    console.error(`${breaking} breaking differences need a version that allows them; ${manifest.version} does not.`)
    process.exitCode = 1
  }
}
