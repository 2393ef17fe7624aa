#!/usr/bin/env node
import { isatty } from 'node:tty'
import process from 'node:process'
import { main } from './main.ts'

const { stdout, stderr } = process

// A reader that has seen enough (`trimtab plan | head`) is no error.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

// Asked of the system: the streams' own `isTTY` is undefined where it is none, and not false as the types say.
const isTTY = isatty(1)
const exitCode = await main(process.argv.slice(2), {
  stdout,
  stderr,
  env: process.env,
  cwd: process.cwd(),
  isTTY,
  isInteractive: isTTY && isatty(0),
  columns: isTTY ? stdout.columns : undefined,
  nodeVersion: process.versions.node,
})

// What a schema module has opened must not keep the command from ending; what was written has to arrive first.
await Promise.all([stdout, stderr].map((stream) => new Promise((resolve) => stream.write('', resolve))))
process.exit(exitCode)
