import { TrimtabError } from '../../errors/trimtab-error.ts'
import { createController } from '../../primitives/concurrency/abort.ts'
import { supervise } from '../../primitives/concurrency/supervise.ts'
import { guardedLogger, type Logger, silentLogger } from '../../primitives/logger.ts'
import { type Random, systemRandom } from '../../primitives/random.ts'
import { type Clock, systemClock, type Timer } from '../../primitives/time/clock.ts'
import { createSharedBeat } from '../../primitives/time/shared-beat.ts'
import type { Health } from '../health.ts'
import { aggregateOf } from './probe-answer.ts'
import { type ProbePaths, probeNames, probesByPath } from './probe-paths.ts'
import { startThread, type ThreadHandle, type ThreadLife } from './thread-life.ts'
import type { ProbeStatuses, ProbeThreadData } from './thread-messages.ts'
import { ThreadTrouble } from './thread-trouble.ts'

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
  /** Told when the thread ends by itself, and when it is back: `console`. `false` silences. */
  readonly logger?: Logger | false | undefined
  readonly clock?: Clock | undefined
  /** For the delays between restarts. */
  readonly random?: Random | undefined
}

/** Probes that answer from a thread of their own. */
export interface ProbeThread extends AsyncDisposable {
  readonly host: string
  readonly port: number
  /** Idempotent. */
  close(): Promise<void>
}

/** Milliseconds from one sign of life of the main loop to the next, and between looks at what it knows. */
const beatInterval = 100

/** Of restarts. A thread that lasted a minute begins with the first delay again. */
const restarts = { backoff: { initial: 500, max: 30_000 }, healthyAfter: 60_000 } as const

/**
 * Answers probes from a thread of its own, so that they come also while the main loop is blocked: then they say for how
 * long, and liveness fails after `failAfter`. The thread knows statuses alone: `/health` shows no reports there. It never
 * keeps the process alive. Throws `option_invalid`, and `module_failed` where the port can't be had.
 *
 * A thread that ends by itself is started again on the same port, after a delay that grows while it keeps ending. Until it is
 * back, health has an optional check `probe-thread:` and the port, which is degraded and says why.
 *
 * @example
 * const probes = await startProbeThread(plane.health, { port: 9090, host: '0.0.0.0' })
 */
export async function startProbeThread(
  health: Pick<Health, 'answer'> & Partial<Pick<Health, 'add' | 'events'>>,
  options: ProbeThreadOptions,
): Promise<ProbeThread> {
  const { port: wanted, host = '127.0.0.1', paths, reportAfter = 1_000, failAfter = 30_000 } = options
  const { clock = systemClock, random = systemRandom, logger = console } = options
  if (!Number.isInteger(wanted) || wanted < 0 || wanted > 65_535) throw refuse('port', 'has to be 0 to 65535')
  for (const [name, value] of Object.entries({ reportAfter, failAfter }))
    if (!(typeof value === 'number' && value > beatInterval))
      throw refuse(name, `has to be more than ${beatInterval} ms`)

  const beat = createSharedBeat()
  beat.beat()
  const settings = { host, paths: probesByPath(paths), reportAfter, failAfter, beat: beat.memory }
  const log = guardedLogger(logger === false ? silentLogger : logger, (text) => text)
  let told = statusesOf(health)
  let thread: ThreadHandle | undefined
  const start = (port: number, keepsAlive: boolean) => {
    told = statusesOf(health)
    const data: ProbeThreadData = { ...settings, port, statuses: told }
    const onTrouble = (message: string) => log.warn(`The probe thread on ${host}:${port} is in trouble: ${message}`)
    return startThread({ data, keepsAlive, onTrouble, onWorker: (worker) => (thread = worker) })
  }

  let life: ThreadLife | undefined = await start(wanted, true).catch((error: unknown) => {
    throw new TrimtabError('module_failed', `The probes could not listen on ${host}:${wanted}: ${messageOf(error)}`)
  })
  const { port } = life
  const trouble = new ThreadTrouble({ health, log, host, port })
  const closing = createController()
  const onFailure = (error: unknown) => trouble.begin(messageOf(error))
  const supervised = supervise(
    async () => {
      life ??= await start(port, false)
      trouble.end()
      const { ended } = life
      life = undefined
      throw new Error(await ended)
    },
    closing.signal,
    { clock, random, onFailure, ...restarts },
  )

  let timer: Timer | undefined
  const tell = () => {
    const now = statusesOf(health)
    if (probeNames.some((name) => now[name] !== told[name])) thread?.tell(now)
    told = now
  }
  // A service that is told to stop is unready at once, and not at the next look.
  const stopListening = health.events?.on(({ kind }) => kind === 'aggregate' && tell())
  const tick = () => {
    beat.beat()
    tell()
    timer = clock.schedule(beatInterval, tick)
  }
  tick()
  const close = async () => {
    timer?.cancel()
    stopListening?.()
    closing.abort(new Error('The probe thread is closed'))
    await thread?.terminate()
    await supervised
    trouble.forget()
  }
  return { host, port, close, [Symbol.asyncDispose]: close }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
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
