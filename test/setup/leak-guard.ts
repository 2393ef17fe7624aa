/**
 * Runs beside every test file and fails the one that leaves something behind: a timer (also an unref'd one), a socket, a
 * server, a watcher, a listener on `process`, a child process, a worker. Setup files run before the test file, and their
 * `afterAll` runs after all of its own.
 */
import { afterAll } from 'vitest'
import { followListeners } from './listeners.ts'
import { followResources } from './resources.ts'

const resources = followResources()
const listeners = followListeners()

afterAll(async () => {
  const open = (): string[] => [...resources.open(), ...listeners.open()]
  // What was closed in time still needs turns of the event loop until it is gone. A bounded number, no sleep.
  for (let turn = 0; turn < 2_000 && open().length > 0; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  const left = open()
  if (left.length > 0) throw new Error(`The test file left behind:\n${left.map((each) => `  ${each}`).join('\n')}`)
})
