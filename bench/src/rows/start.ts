import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { compared } from '../measure/compare.ts'
import { type Case, interleave, once } from '../measure/interleave.ts'
import type { Measured } from '../measure/measured.ts'

const run = promisify(execFile)
const bench = fileURLToPath(new URL('../..', import.meta.url))
const command = fileURLToPath(new URL('cli/bin.js', import.meta.resolve('trimtab')))

/** The time that importing takes in a process of its own, without that of starting it. */
function importing(names: readonly string[]): Case {
  const imports = names.map((name) => `await import('${name}')`).join('\n')
  const code = `const from = performance.now()\n${imports}\nconsole.log(performance.now() - from)`
  return async () => {
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code], { cwd: bench })
    return Number(stdout)
  }
}

const processOf = (args: readonly string[]) =>
  once(
    () => {},
    () => run(process.execPath, args),
  )

/** How long people and services wait for the first thing, each time in a new process. */
export async function measure(): Promise<Measured> {
  const imports = await interleave(
    { own: importing(['trimtab']), parts: importing(['zod', 'yaml']) },
    { rounds: 31, warmUp: 2 },
  )
  const starts = await interleave(
    { help: processOf([command, '--help']), nothing: processOf(['-e', '0']) },
    { rounds: 31, warmUp: 2 },
  )
  return [
    compared({
      name: "import 'trimtab'",
      unit: 'ms',
      times: imports.own,
      peer: 'import zod and yaml',
      peerTimes: imports.parts,
      limit: { atMost: 1.5 },
    }),
    compared({
      name: 'trimtab --help',
      unit: 'ms',
      times: starts.help,
      peer: 'node -e 0',
      peerTimes: starts.nothing,
      limit: { atMost: 2.5 },
    }),
  ]
}
