import { isTrimtabError } from 'trimtab'
import { line } from '../terminal/lines.ts'
import { changeStore, type ConsoleParts } from './change-store.ts'
import { historyLines, placeLines, storeLines } from './look.ts'
import { readTyped, type Typed } from './typed.ts'

/** What can be typed. */
const words: readonly string[] = [
  line('set', 'limits.requestsPerSecond 5: publishes a value, which stands above the files'),
  line('unset', 'limits.requestsPerSecond: takes it out of the store, and the files decide'),
  line('show', 'limits.requestsPerSecond: where a value comes from; show alone: what the store says'),
  line('history', 'who has published what'),
  line('rollback', '1: publishes again what revision 1 said'),
]

/**
 * Takes what somebody types, one line after another, changes the store by it, and tells what became of it. Resolves when
 * it is told, and never rejects.
 */
export function createConsole<Config>(parts: ConsoleParts<Config>): (text: string) => Promise<void> {
  const { print, now } = parts
  let last: Promise<void> = Promise.resolve()
  return (text) => {
    const typedAt = now()
    last = last
      .then(() => take(parts, readTyped(text), typedAt))
      .catch((error: unknown) => print(isTrimtabError(error) ? error.message : `it failed: ${String(error)}`))
    return last
  }
}

async function take<Config>(parts: ConsoleParts<Config>, typed: Typed, typedAt: number): Promise<void> {
  const { plane, store, print } = parts
  switch (typed.kind) {
    case 'set':
    case 'unset':
    case 'rollback':
      return changeStore(parts, typed, typedAt)
    case 'show':
      return (typed.path === undefined ? await storeLines(store, plane) : placeLines(plane, typed.path)).forEach(print)
    case 'history':
      return (await historyLines(store)).forEach(print)
    case 'help':
      return words.forEach(print)
    case 'nothing':
      return
    case 'wrong':
      return print(`expected ${typed.expected}; help says what there is`)
    default:
      return typed satisfies never
  }
}
