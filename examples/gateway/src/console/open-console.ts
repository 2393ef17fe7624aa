import type { ConfigStore, Plane } from 'trimtab'
import { environment } from '../store/open-store.ts'
import { line } from '../terminal/lines.ts'
import { createConsole } from './console.ts'
import { createHiddenFiles } from './hidden-files.ts'
import { readLines } from './read-lines.ts'

/** Milliseconds between two looks at whether a file says something else: what changes nothing is no event. */
const lookEvery = 500

/**
 * Reads what is typed, and tells what files say in vain and what the store still says when health has taken it back. Gives
 * what ends it.
 */
export async function openConsole<Config>(
  plane: Plane<Config>,
  store: ConfigStore,
  print: (line: string) => void,
): Promise<() => void> {
  let last: Promise<void> = Promise.resolve()
  // One after another, so that nothing is told twice. Where the store can't be asked, the plane says so.
  const tell = (linesOf: () => Promise<readonly string[]>) => {
    last = last.then(linesOf).then(
      (lines) => lines.forEach(print),
      () => {},
    )
    return last
  }
  const stopListening = plane.events.on((event) => {
    if (event.type !== 'dev.trimtab.reload.completed') return
    const { status, triggers } = event.data
    if (status === 'rolled_back' && triggers.includes('store')) void tell(() => storedLines(store))
  })
  const hiddenLines = createHiddenFiles(plane, store)
  const read = () => plane.sources.map(({ revision }) => revision).join()
  let seen = read()
  await tell(hiddenLines)
  const timer = setInterval(() => {
    const now = read()
    if (now !== seen) void tell(hiddenLines)
    seen = now
  }, lookEvery)
  const stopReading = readLines(process.stdin, createConsole({ plane, store, print, now: () => performance.now() }))
  return () => {
    clearInterval(timer)
    stopReading()
    stopListening()
  }
}

/** What was taken back here is still what the store says. */
async function storedLines(store: ConfigStore): Promise<readonly string[]> {
  const { revision } = (await store.read(environment)).cursor
  return [
    line('stored', `revision ${revision} is not in force: rollback ${revision - 1} takes it out of the store, too`),
  ]
}
