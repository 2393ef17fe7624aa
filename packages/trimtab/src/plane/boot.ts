import type { Layer } from '../model/layer.ts'
import { abortable } from '../primitives/abort.ts'
import { backoffDelay } from '../primitives/backoff.ts'
import { type Clock, sleep } from '../primitives/clock.ts'
import type { Logger } from '../primitives/logger.ts'
import type { Random } from '../primitives/random.ts'
import type { Loaded, Loader } from '../reload/candidate/candidate.ts'
import type { ContentLoader } from '../reload/candidate/loader.ts'
import type { OpenSource } from '../reload/candidate/read-layers.ts'
import { printProblem } from '../schema/problem.ts'
import type { Source, SourceHost } from '../sources/source.ts'

/** What a plane starts with. */
export interface BootContent {
  readonly from: 'configured' | 'last_known_good' | 'fallback'
  readonly loaded: Loaded
}

/** What is remembered of earlier starts, where a state folder is kept. */
export interface BootMemory {
  /** Whether that content may be taken in, or has ended the process before. */
  decide(digest: string): Promise<'configured' | 'last_known_good'>
  /** The layers of the last snapshot that proved itself; undefined where there are none, or none that can be used. */
  lastKnownGood(): Promise<readonly Layer[] | undefined>
}

export interface BootParts {
  readonly loader: ContentLoader
  readonly opened: readonly OpenSource[]
  readonly memory: BootMemory | undefined
  readonly fallback: Source | undefined
  /** Milliseconds that remote sources are awaited. */
  readonly timeout: number
  readonly host: SourceHost
  readonly logger: Logger
}

const retry = { initial: 250, max: 2_000 }

/**
 * Finds what to start with: what is configured; where that ended the process before, or remote sources stay away, the
 * last known good; then the fallback. Anything but the first is said loudly.
 */
export async function findBootContent(parts: BootParts, signal: AbortSignal): Promise<BootContent> {
  const { memory, logger } = parts
  const loaded = await loadAwaiting(parts, signal)
  if (loaded.kind === 'loaded') {
    const decision = (await memory?.decide(loaded.content.digest)) ?? 'configured'
    if (decision === 'configured') return { from: 'configured', loaded }
    const cached = await fromMemory(parts, signal)
    if (cached === undefined) {
      logger.error(
        'What is configured ended the process twice, and there is no last known good to start with: it is tried again',
      )
      return { from: 'configured', loaded }
    }
    logger.error(
      'What is configured ended the process twice: starting with the last known good. Change it, or reload with force',
    )
    return { from: 'last_known_good', loaded: cached }
  }
  if (loaded.kind === 'invalid') return { from: 'configured', loaded }

  const why = loaded.problems.map(printProblem).join('; ')
  const cached = await fromMemory(parts, signal)
  if (cached !== undefined) {
    logger.error(`What is configured can't be read (${why}): starting with the last known good`)
    return { from: 'last_known_good', loaded: cached }
  }
  const fallback = await fromFallback(parts, signal)
  if (fallback === undefined) return { from: 'configured', loaded }
  logger.error(`What is configured can't be read (${why}): starting with the fallback`)
  return { from: 'fallback', loaded: fallback }
}

/** Gives what was found to the first load, and what the sources say to every later one. */
export function bootLoader(loader: ContentLoader): Loader & { start(loaded: Loaded): void } {
  let first: Loaded | undefined
  return {
    start(loaded) {
      first = loaded
    },
    async load(signal, candidate) {
      const loaded = first
      first = undefined
      return loaded ?? loader.load(signal, candidate)
    },
  }
}

/** Reads; where only remote sources are missing, again and again for as long as they are awaited. */
async function loadAwaiting({ loader, opened, timeout, host }: BootParts, signal: AbortSignal): Promise<Loaded> {
  const { clock } = host
  const until = clock.monotonic() + timeout
  for (let attempt = 0; ; attempt += 1) {
    const loaded = await abortable(loader.load(signal), signal)
    const left = until - clock.monotonic()
    if (loaded.kind !== 'unreadable' || left <= 0 || !isRemote(loaded, opened)) return loaded
    await pause(host, Math.min(left, backoffDelay(retry, attempt, host.random)), signal)
  }
}

function isRemote(loaded: Extract<Loaded, { kind: 'unreadable' }>, opened: readonly OpenSource[]): boolean {
  const remote = new Set(
    opened.filter(({ source }) => source.references === 'allow_listed').map(({ source }) => source.name),
  )
  return loaded.problems.every(({ origin }) => origin !== undefined && remote.has(origin.source))
}

function pause(
  { clock }: { readonly clock: Clock; readonly random: Random },
  delay: number,
  signal: AbortSignal,
): Promise<void> {
  return sleep(clock, delay, signal)
}

async function fromMemory({ memory, loader }: BootParts, signal: AbortSignal): Promise<Loaded | undefined> {
  const layers = await memory?.lastKnownGood()
  if (layers === undefined) return undefined
  const loaded = await loader.assemble(layers, signal)
  return loaded.kind === 'loaded' ? loaded : undefined
}

async function fromFallback({ fallback, loader, host }: BootParts, signal: AbortSignal): Promise<Loaded | undefined> {
  if (fallback === undefined) return undefined
  const reader = fallback.open(host)
  try {
    const reading = await reader.read(signal)
    return reading.kind === 'layer' ? await loader.assemble([reading.layer], signal) : undefined
  } finally {
    await reader.close()
  }
}
