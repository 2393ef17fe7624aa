import { isTrimtabError, type Source } from 'trimtab'
import { type Gateway, startGateway } from './gateway.ts'

export interface RunOptions {
  readonly folder: string
  readonly sources: readonly Source[]
  readonly print: (line: string) => void
  /** What is said once, when it can be used. */
  readonly ready: (gateway: Gateway) => readonly string[]
}

/**
 * Milliseconds between saying that it is not ready, at `/readyz`, and beginning to stop. Only as long as somebody at a
 * terminal waits after Ctrl-C: where a load balancer has to take notice, it is more than the time between two of its probes.
 */
const grace = 500

/** Runs a gateway until SIGTERM or SIGINT, and gives the code to exit with: that of the error table where it can't start. */
export async function runGateway({ folder, sources, print, ready }: RunOptions): Promise<number> {
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
