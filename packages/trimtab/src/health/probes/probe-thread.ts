import { Worker } from 'node:worker_threads'
import { TrimtabError } from '../../errors/trimtab-error.ts'
import { type Clock, systemClock, type Timer } from '../../primitives/time/clock.ts'
import { createSharedBeat } from '../../primitives/time/shared-beat.ts'
import type { Health } from '../health.ts'
import type { AggregateStatus } from '../report.ts'
import { aggregateOf } from './probe-answer.ts'
import { type ProbeName, type ProbePaths, probeNames, probesByPath } from './probe-paths.ts'

/** What `startProbeThread` takes: where to listen, and how long a blocked main loop is borne. Milliseconds. */
export interface ProbeThreadOptions {
  /** 0 for any that is free. */
  readonly port: number
  /** Default: `127.0.0.1`. A kubelet asks from outside: `0.0.0.0`. */
  readonly host?: string | undefined
  readonly paths?: ProbePaths | undefined
  /** Milliseconds of a blocked main loop from which on answers say so: 1 s. */
  readonly reportAfter?: number | undefined
  /** Milliseconds of a blocked main loop from which on liveness fails: 30 s. */
  readonly failAfter?: number | undefined
  readonly clock?: Clock | undefined
}

/** Probes that answer from a thread of their own. */
export interface ProbeThread extends AsyncDisposable {
  readonly host: string
  readonly port: number
  /** Idempotent. */
  close(): Promise<void>
}

/** What the thread is started with. */
export interface ProbeThreadData {
  readonly port: number
  readonly host: string
  readonly paths: ReadonlyMap<string, ProbeName>
  readonly reportAfter: number
  readonly failAfter: number
  readonly beat: SharedArrayBuffer
  readonly statuses: ProbeStatuses
}

export type ProbeStatuses = { readonly [Name in ProbeName]: AggregateStatus }

/** What the thread says when it has begun, or could not. */
export type ProbeThreadMessage =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'failed'; readonly message: string }

/** Milliseconds from one sign of life of the main loop to the next, and between looks at what it knows. */
const beatInterval = 100

/**
 * Answers probes from a thread of its own, so that they come also while the main loop is blocked: then they say for how
 * long, and liveness fails after `failAfter`. The thread knows statuses alone: `/health` shows no reports there. It never
 * keeps the process alive. Throws `option_invalid`, and `module_failed` where the port can't be had.
 *
 * @example
 * const probes = await startProbeThread(plane.health, { port: 9090, host: '0.0.0.0' })
 */
export async function startProbeThread(
  health: Pick<Health, 'answer'>,
  options: ProbeThreadOptions,
): Promise<ProbeThread> {
  const { port, host = '127.0.0.1', paths, reportAfter = 1_000, failAfter = 30_000, clock = systemClock } = options
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw refuse('port', 'has to be 0 to 65535')
  for (const [name, value] of Object.entries({ reportAfter, failAfter }))
    if (!(typeof value === 'number' && value > beatInterval))
      throw refuse(name, `has to be more than ${beatInterval} ms`)

  const beat = createSharedBeat()
  beat.beat()
  let told = statusesOf(health)
  const data: ProbeThreadData = {
    port,
    host,
    paths: probesByPath(paths),
    reportAfter,
    failAfter,
    beat: beat.memory,
    statuses: told,
  }
  // The file beside this one, as it is run: from `dist` or, by a loader, from the sources.
  const file = new URL(import.meta.url.endsWith('.ts') ? './probe-worker.ts' : './probe-worker.js', import.meta.url)
  const worker = new Worker(file, { workerData: data, name: 'trimtab-probes' })

  let timer: Timer | undefined
  let stopListening = () => {}
  const close = async () => {
    timer?.cancel()
    stopListening()
    await worker.terminate()
  }
  const listening = await begun(worker)
  if (listening.kind === 'failed') {
    await close()
    throw new TrimtabError('module_failed', `The probes could not listen on ${host}:${port}: ${listening.message}`)
  }
  worker.unref()

  const tell = () => {
    const now = statusesOf(health)
    // The rule is about windows of a browser; a thread has no origin.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    if (probeNames.some((name) => now[name] !== told[name])) worker.postMessage(now)
    told = now
  }
  // A service that is told to stop is unready at once, and not at the next look.
  stopListening = eventsOf(health)?.on(({ kind }) => kind === 'aggregate' && tell()) ?? stopListening
  const tick = () => {
    beat.beat()
    tell()
    timer = clock.schedule(beatInterval, tick)
  }
  tick()
  return { host, port: listening.port, close, [Symbol.asyncDispose]: close }
}

function begun(worker: Worker): Promise<ProbeThreadMessage> {
  return new Promise((resolve) => {
    const settle = (message: ProbeThreadMessage) => {
      worker.off('message', settle)
      worker.off('error', onError)
      worker.off('exit', onExit)
      // Nothing that happens to the thread later may end the process.
      worker.on('error', () => {})
      resolve(message)
    }
    const onError = (error: Error) => settle({ kind: 'failed', message: error.message })
    const onExit = () => settle({ kind: 'failed', message: 'the thread ended' })
    worker.on('message', settle)
    worker.on('error', onError)
    worker.on('exit', onExit)
  })
}

/** Whoever has an answer alone, as a test may, is looked at in the rhythm of the beat. */
function eventsOf(health: Pick<Health, 'answer'>): Health['events'] | undefined {
  // Of a plane's health; of anything else there is none.
  return (health as Partial<Pick<Health, 'events'>>).events
}

function statusesOf({ answer }: Pick<Health, 'answer'>): ProbeStatuses {
  return {
    livez: aggregateOf('livez', answer).status,
    readyz: aggregateOf('readyz', answer).status,
    startupz: aggregateOf('startupz', answer).status,
    health: aggregateOf('health', answer).status,
  }
}

function refuse(option: string, why: string): TrimtabError {
  return new TrimtabError('option_invalid', `The option ${option} of the probe thread ${why}.`)
}
