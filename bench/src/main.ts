import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { groups } from './groups.ts'
import type { Measured } from './measure/measured.ts'
import { barLine } from './measure/row.ts'
import { readOptions } from './options.ts'
import { printTable } from './table.ts'

const run = promisify(execFile)
const child = fileURLToPath(new URL('run-group.js', import.meta.url))
const { isJson, names } = readOptions(process.argv.slice(2), Object.keys(groups))

for (const [index, name] of names.entries()) {
  // Beside the results, which may go to a file.
  console.error(`${index + 1} of ${names.length}: ${name}`)
  const started = performance.now()
  try {
    const { stdout } = await run(process.execPath, ['--expose-gc', child, name], { maxBuffer: 2 ** 26 })
    // Written by the same build: nobody else prints there, and the last line is the answer.
    const rows = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Measured
    const lines = rows.map(barLine).filter((line) => line !== undefined)
    const text = isJson ? lines.map((line) => `${JSON.stringify(line)}\n`).join('') : `${name}\n${printTable(rows)}\n`
    process.stdout.write(text)
    console.error(`${((performance.now() - started) / 1_000).toFixed(1)} s`)
  } catch (error) {
    console.error(`${name} could not be measured: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  }
}
