import type { ConfigStore, Source } from 'trimtab'
import { openConsole } from './console/open-console.ts'
import { readLines } from './console/read-lines.ts'
import { createSayOnce } from './console/say-once.ts'
import { type Gateway, startGateway } from './gateway.ts'
import { seedStore } from './store/seed.ts'

export interface RunOptions {
  readonly folder: string
  readonly sources: readonly Source[]
  /** The store among the sources: a file seeds it once, and what is typed is published to it. It stays open. */
  readonly store?: ConfigStore | undefined
  /** What whoever types is told once where there is no store. Without it, nobody looks at what is typed. */
  readonly withoutStore?: string | undefined
  readonly print: (line: string) => void
  /**
   * Milliseconds between saying at `/readyz` that it is not ready any more and beginning to stop: 500. Where a load balancer
   * has to take notice, it is more than the time between two of its probes.
   */
  readonly grace?: number | undefined
  /** What is said once, when it can be used. */
  readonly ready: (gateway: Gateway) => readonly string[]
}

/** Only as long as somebody at a terminal waits after Ctrl-C. */
const shortGrace = 500

/** Runs a gateway until SIGTERM or SIGINT, and gives the code to exit with. Throws where it can't start. */
export async function runGateway(options: RunOptions): Promise<number> {
  const { folder, sources, store, withoutStore, print, grace = shortGrace, ready } = options
  const gateway = await startGateway({ folder, sources, print })
  const { plane } = gateway
  const running = plane.run({ grace, shutdownTimeout: 10_000, exit: false })
  // Whoever reads this may stop it at once: from here on that is no crash.
  ready(gateway).forEach(print)
  let stopTyping = () => {}
  if (store !== undefined) {
    for (const line of await seedStore(folder, store, plane)) print(line)
    stopTyping = await openConsole(plane, store, print)
  } else if (withoutStore !== undefined) {
    stopTyping = readLines(process.stdin, createSayOnce(print, withoutStore))
  }
  try {
    return await running
  } finally {
    stopTyping()
  }
}
