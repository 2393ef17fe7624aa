import { isTrimtabError, type Source } from 'trimtab'
import { type Gateway, startGateway } from './gateway.ts'

export interface RunOptions {
  readonly sources: readonly Source[]
  readonly print: (line: string) => void
  /** What is said once, when it can be used. */
  readonly ready: (gateway: Gateway) => readonly string[]
}

/** Runs a gateway until SIGTERM or SIGINT, and gives the code to exit with: that of the error table where it can't start. */
export async function runGateway({ sources, print, ready }: RunOptions): Promise<number> {
  let gateway: Gateway
  try {
    gateway = await startGateway({ sources, print })
  } catch (error) {
    if (!isTrimtabError(error)) throw error
    print(error.message)
    return error.kind.exitCode
  }
  // No load balancer has to take notice first: without a grace Ctrl-C ends at once what is idle.
  const running = gateway.plane.run({ grace: 0, shutdownTimeout: 10_000, exit: false })
  // Whoever reads this may stop it at once: from here on that is no crash.
  ready(gateway).forEach(print)
  return running
}
