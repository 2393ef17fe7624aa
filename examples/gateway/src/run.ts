import { isTrimtabError, type Source } from 'trimtab'
import { type Gateway, startGateway } from './gateway.ts'

export interface RunOptions {
  readonly folder: string
  readonly sources: readonly Source[]
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

/** Runs a gateway until SIGTERM or SIGINT, and gives the code to exit with: that of the error table where it can't start. */
export async function runGateway({ folder, sources, print, grace = shortGrace, ready }: RunOptions): Promise<number> {
  let gateway: Gateway
  try {
    gateway = await startGateway({ folder, sources, print })
  } catch (error) {
    if (!isTrimtabError(error)) throw error
    print(error.message)
    return error.kind.exitCode
  }
  const running = gateway.plane.run({ grace, shutdownTimeout: 10_000, exit: false })
  // Whoever reads this may stop it at once: from here on that is no crash.
  ready(gateway).forEach(print)
  return running
}
