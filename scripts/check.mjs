/** `npm run check`: every static check, cheapest first. All of them run, so that one run shows all there is to mend. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'))
const names = Object.keys(scripts).filter((name) => name.startsWith('check:'))
const failed = []

for (const name of names) {
  const started = performance.now()
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', name], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'}  ${name}  ${seconds} s`)
  if (status === 0) continue
  failed.push(name)
  console.log(`${stdout}${stderr}`.trimEnd())
}

console.log(failed.length === 0 ? 'all checks passed' : `failed: ${failed.join(', ')}`)
process.exitCode = failed.length === 0 ? 0 : 1
