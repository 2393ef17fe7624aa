import { singleFlight } from '../../primitives/concurrency/single-flight.ts'
import type { SourceReader } from '../source.ts'

type Read = SourceReader['read']

/**
 * Reads with what `open` gives, which is loaded by the first who reads: many import the library for a schema alone, and
 * wait for every file of it. A failure to load is that reading's alone; the next one tries again.
 */
export function lazyReader(open: () => Promise<Read>): Read {
  let opened: Read | undefined
  const openOnce = singleFlight(async () => (opened = await open()))
  return async (signal) => (opened ?? (await openOnce()))(signal)
}
