/** `npm run check:package`: what would be published, judged as its users' tools will see it. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const inEach = String.raw`dist\/.+\.(js|js\.map|d\.ts)|package\.json|README\.md|LICENSE`
const packages = {
  trimtab: new RegExp(String.raw`^(${inEach}|ops\/(prometheus-rules\.yaml|grafana-board\.json))$`),
  '@trimtab/server': new RegExp(String.raw`^(${inEach}|template\/store\.tar\.gz)$`),
}
const folder = mkdtempSync(join(tmpdir(), 'package-'))
try {
  const good = Object.entries(packages).map(([name, expected]) => check(name, expected, folder))
  process.exitCode = good.every(Boolean) ? 0 : 1
} finally {
  rmSync(folder, { recursive: true })
}

function check(name, expected, destination) {
  const args = ['pack', '--workspace', name, '--json', '--pack-destination', destination]
  const packed = spawnSync('npm', args, { encoding: 'utf8' })
  if (packed.status !== 0) {
    console.error(packed.stderr)
    return false
  }
  const [{ filename, files }] = JSON.parse(packed.stdout)
  const surprises = files.map(({ path }) => path).filter((path) => !expected.test(path))
  for (const path of surprises) console.error(`${path} would be published`)
  const tarball = join(destination, filename)
  const good = [
    surprises.length === 0,
    passes('publint', ['run', tarball, '--strict']),
    passes('attw', [tarball, '--profile', 'esm-only']),
  ]
  return good.every(Boolean)
}

function passes(tool, args) {
  return spawnSync('npx', ['--no-install', tool, ...args], { stdio: ['ignore', 'inherit', 'inherit'] }).status === 0
}
