import { type Clock, keepAlive, sleep } from '../primitives/time/clock.ts'
import { type Deferred, deferred } from '../primitives/concurrency/deferred.ts'
import type { Logger } from '../primitives/logger.ts'
import { type CloseReport, checkSpan } from './close.ts'

const stopSignals = ['SIGTERM', 'SIGINT'] as const

/**
 * Milliseconds in which the same signal again is the first one come by another way: under `npm start` the terminal sends
 * Ctrl-C to the service and to npm, and npm passes it on.
 */
const echo = 250

/** Milliseconds. */
export const runDefaults = { shutdownTimeout: 25_000, grace: 5_000 } as const

/** When `plane.run()` stops, and how long that may take. */
export interface RunOptions {
  /** Whether SIGHUP reloads and SIGTERM and SIGINT stop. `false` for a host that has its own. Default: true. */
  readonly signals?: boolean | undefined
  /** Whether the process exits when everything has stopped, with the code. Default: true. */
  readonly exit?: boolean | undefined
  /** Milliseconds for the whole stop: 25 s. */
  readonly shutdownTimeout?: number | undefined
  /** Milliseconds between being told to stop and stopping, in which load balancers take notice: 5 s. */
  readonly grace?: number | undefined
  /** Stops as a signal does. */
  readonly signal?: AbortSignal | undefined
}

/** The part of `process` that running needs. */
export interface RunHost {
  on(signal: NodeJS.Signals, listener: () => void): unknown
  off(signal: NodeJS.Signals, listener: () => void): unknown
  exit(code: number): unknown
}

export interface RunParts {
  readonly host: RunHost
  readonly clock: Clock
  readonly logger: Logger
  readonly reload: () => void
  /** Called at once when a stop has been asked for: from then on this is no crash, and nobody should send work here. */
  readonly leave: () => void
  /** Without a budget it takes as long as the modules' own timeouts allow. */
  readonly close: (budget?: number) => Promise<CloseReport>
  /** Aborts when the plane begins to close, whoever asked for it. */
  readonly closing: AbortSignal
}

/**
 * Runs until it is told to stop: by a signal of the process, or by `options.signal`. Then, within one budget: unready,
 * grace, modules in reverse. A second signal ends at once. When somebody else closes the plane, it ends with that. Gives
 * 0 when everything stopped, 1 when something did not.
 */
export async function runUntilStopped(parts: RunParts, options: RunOptions = {}): Promise<number> {
  const { host, clock, logger } = parts
  const { signals = true, exit = true, signal } = options
  const { shutdownTimeout = runDefaults.shutdownTimeout, grace = runDefaults.grace } = options
  checkSpan('shutdownTimeout', shutdownTimeout)
  checkSpan('grace', grace)
  const stop: Deferred<{ readonly why: string; readonly grace: number; readonly budget?: number }> = deferred()
  const impatient = new AbortController()
  let asked: { readonly why: string; readonly at: number } | undefined

  const askToStop = (why: string) => {
    if (asked !== undefined) {
      const isEcho = asked.why === why && clock.monotonic() - asked.at < echo
      if (!isEcho) impatient.abort(new Error(`${why} came while stopping`))
      return
    }
    asked = { why, at: clock.monotonic() }
    // At once: however the process ends from now on, it was told to.
    parts.leave()
    stop.resolve({ why, grace: Math.min(grace, shutdownTimeout), budget: shutdownTimeout })
    // Somebody else closes it already, maybe with all the time there is.
    if (parts.closing.aborted) void parts.close(shutdownTimeout)
  }
  const onReload = () => parts.reload()
  const onStop = new Map(stopSignals.map((name) => [name, () => askToStop(name)]))
  const onAbort = () => askToStop('the signal given to run()')
  if (signals) {
    host.on('SIGHUP', onReload)
    for (const [name, listener] of onStop) host.on(name, listener)
  }
  if (signal?.aborted) onAbort()
  else signal?.addEventListener('abort', onAbort, { once: true })
  // Who closes the plane has stopped sending work: there is nothing to give load balancers time for.
  const onClosing = () => stop.resolve({ why: 'the plane is closed', grace: 0 })
  if (parts.closing.aborted) onClosing()
  else parts.closing.addEventListener('abort', onClosing, { once: true })
  const letGo = keepAlive()

  try {
    const { why, grace: pause, budget } = await stop.promise
    logger.info(`Stopping: ${why}`)
    const startedAt = clock.monotonic()
    const code = await Promise.race([
      closeInOrder(parts, pause, () => budget && budget - (clock.monotonic() - startedAt), impatient.signal),
      ended(impatient.signal),
    ])
    if (exit) host.exit(code)
    return code
  } finally {
    letGo()
    host.off('SIGHUP', onReload)
    for (const [name, listener] of onStop) host.off(name, listener)
    signal?.removeEventListener('abort', onAbort)
    parts.closing.removeEventListener('abort', onClosing)
  }
}

async function closeInOrder(
  { clock, logger, close }: RunParts,
  grace: number,
  left: () => number | undefined,
  impatient: AbortSignal,
): Promise<number> {
  try {
    await sleep(clock, grace, impatient)
  } catch {
    return 1
  }
  const budget = left()
  const { unfinished } = await close(budget === undefined ? undefined : Math.max(0, budget))
  for (const each of unfinished) {
    const name = each.kind === 'module' ? each.module : each.source
    logger.error(`${name} did not stop: ${each.error}`)
  }
  return unfinished.length === 0 ? 0 : 1
}

/** Somebody did not want to wait: what has not stopped by now is not waited for. */
function ended(impatient: AbortSignal): Promise<number> {
  return new Promise((resolve) => impatient.addEventListener('abort', () => resolve(1), { once: true }))
}
