import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Where something was made. The text is built when it is read, as most of what is made is never asked about. */
export interface Creation {
  readonly stack?: string | undefined
}

export function captureCreation(below: (...args: never[]) => unknown): Creation {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 25
  const creation: Creation = {}
  Error.captureStackTrace(creation, below)
  Error.stackTraceLimit = limit
  return creation
}

/** True when the test runner made it, or node's HTTP code did as a cache of its own that ends by itself within a second. */
export function isForeign(creation: Creation): boolean {
  const frames = framesOf(creation)
  if (frames.some((frame) => /at (cache|utcDate) \(node:internal\/http:|refreshTimeout \(.*undici/.test(frame)))
    return true
  const maker = frames.find((frame) => !/\(?node:/.test(frame) || frame.includes('node:internal/deps/'))
  return maker !== undefined && /node_modules\/(@?vitest|vite|tinypool|birpc|tinyexec)\//.test(maker)
}

/** The first line of this repository that led to it; without one, the nearest line there is. */
export function placeOf(creation: Creation): string {
  const frames = framesOf(creation)
  const own = frames.find((frame) => frame.includes(root) && !frame.includes('node_modules'))
  const place = /(?:\/|node:)[^()]+:\d+:\d+/.exec(own ?? frames[0] ?? '')?.[0]
  if (own !== undefined && place !== undefined) return `at ${relative(root, place)}`
  return place === undefined ? 'through an accepted connection' : `through ${place}`
}

function framesOf(creation: Creation): string[] {
  // The runner has put a function of its own before `process.emit`, which tells of a new listener.
  const between = /async_hooks|vitest\/suppress-warnings/
  return (creation.stack ?? '').split('\n').filter((line) => line.startsWith('    at ') && !between.test(line))
}
