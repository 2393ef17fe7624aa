import { abortable } from '../primitives/concurrency/abort.ts'
import { backoffDelay } from '../primitives/time/backoff.ts'
import { sleep } from '../primitives/time/clock.ts'
import { runStep } from '../primitives/time/deadline.ts'
import type { Logger } from '../primitives/logger.ts'
import type { Content, Loaded, Loader } from '../reload/candidate/candidate.ts'
import type { ContentLoader } from '../reload/candidate/loader.ts'
import type { OpenSource } from '../reload/candidate/read-layers.ts'
import type { SourceName } from '../model/source-name.ts'
import { type Problem, printProblem } from '../schema/problem.ts'
import type { Source, SourceHost } from '../sources/source.ts'
import { restoreLayers } from './state/restore-layers.ts'
import type { StateDir } from './state/state-dir.ts'

/** What a plane starts with. */
export type BootContent =
  | { readonly from: 'configured'; readonly loaded: Loaded }
  /** `why` what is configured was left. */
  | { readonly from: 'last_known_good' | 'fallback'; readonly loaded: Loaded; readonly why: string }

export interface BootParts {
  readonly loader: ContentLoader
  readonly opened: readonly OpenSource[]
  /** What is remembered of earlier starts, where a state folder is kept. */
  readonly state: Pick<StateDir, 'decideBoot' | 'lastKnownGood'> | undefined
  readonly fallback: Source | undefined
  /** Milliseconds that remote sources are awaited, also where one of them does not answer at all. */
  readonly timeout: number
  /** Milliseconds that reading one source may take. */
  readonly readTimeout: number
  /** Whether content is a valid configuration. */
  readonly isValid: (content: Content) => boolean
  readonly host: SourceHost
  readonly logger: Logger
}

const retry = { initial: 250, max: 2_000 }

/**
 * Finds what to start with: what is configured; where that ended the process before, or remote sources stay away, the
 * last known good; then the fallback. Anything but the first is said loudly.
 */
export async function findBootContent(parts: BootParts, signal: AbortSignal): Promise<BootContent> {
  const { state, logger } = parts
  const configured = await loadAwaiting(parts, signal)
  // Content that can't be put together is a mistake to be told, not one to be started around.
  if (configured.kind === 'invalid') return { from: 'configured', loaded: configured }
  const unreadable =
    configured.kind === 'unreadable'
      ? `What is configured can't be read: ${configured.problems.map(printProblem).join('; ')}`
      : undefined
  if (unreadable !== undefined) logger.error(unreadable)

  let last: Loaded | undefined
  const decision = await state?.decideBoot({
    configured: configured.kind === 'loaded' ? configured.content.digest : undefined,
    lastKnownGood: async () => {
      last = await loadLastKnownGood(parts, signal)
      return last?.kind === 'loaded' ? last.content.digest : undefined
    },
  })
  if (decision?.message !== undefined) logger.error(decision.message)
  const why = unreadable ?? decision?.message ?? 'What is configured ended the process before'
  if (decision?.use === 'last_known_good' && last !== undefined) return { from: 'last_known_good', loaded: last, why }
  if (configured.kind === 'loaded') return { from: 'configured', loaded: configured }

  const fallback = await loadFallback(parts, signal)
  if (fallback === undefined) return { from: 'configured', loaded: configured }
  logger.error('Starting with the fallback')
  return { from: 'fallback', loaded: fallback, why }
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
async function loadAwaiting(parts: BootParts, signal: AbortSignal): Promise<Loaded> {
  const { opened, timeout, host } = parts
  const { clock } = host
  const until = clock.monotonic() + timeout
  const remote = remoteNames(opened)
  // Files are read to their end: each source has its own limit.
  const isAwaited = timeout > 0 && remote.size > 0
  let loaded: Loaded = overdue(remote, timeout)
  for (let attempt = 0; ; attempt += 1) {
    const end = await loadWithin(parts, isAwaited ? until - clock.monotonic() : undefined, signal)
    // What it was told before says more.
    if (end === 'timed_out') return loaded
    loaded = end
    const left = until - clock.monotonic()
    if (loaded.kind !== 'unreadable' || left <= 0 || !isOnlyOf(remote, loaded)) return loaded
    await sleep(clock, Math.min(left, backoffDelay(retry, attempt, host.random)), signal)
  }
}

async function loadWithin(
  { loader, host }: BootParts,
  timeout: number | undefined,
  signal: AbortSignal,
): Promise<Loaded | 'timed_out'> {
  if (timeout === undefined) return abortable(loader.load(signal), signal)
  const end = await runStep({ clock: host.clock, timeout, signal, run: (over) => loader.load(over) })
  if (end.kind === 'timed_out') return 'timed_out'
  if (end.kind === 'done') return end.value
  throw end.error
}

function remoteNames(opened: readonly OpenSource[]): ReadonlySet<SourceName> {
  return new Set(opened.filter(({ source }) => source.references === 'allow_listed').map(({ source }) => source.name))
}

/** What is said where there was no answer at all. */
function overdue(remote: ReadonlySet<SourceName>, timeout: number): Extract<Loaded, { kind: 'unreadable' }> {
  const message = `was not read within the ${timeout} ms that a start waits for it`
  const problems = [...remote].map((source): Problem => {
    return { code: 'step_timed_out', severity: 'error', message, origin: { source } }
  })
  return { kind: 'unreadable', problems }
}

function isOnlyOf(remote: ReadonlySet<SourceName>, { problems }: Extract<Loaded, { kind: 'unreadable' }>): boolean {
  return problems.every(({ origin }) => origin !== undefined && remote.has(origin.source))
}

/** What was kept, with live readings of what was not; undefined where that gives no valid configuration. */
async function loadLastKnownGood(parts: BootParts, signal: AbortSignal): Promise<Loaded | undefined> {
  const { state, opened, loader, host, readTimeout, logger, isValid } = parts
  const kept = await state?.lastKnownGood()
  if (kept === undefined || kept.kind === 'none') return undefined
  if (kept.kind === 'unusable') {
    logger.error(`The last known good configuration can't be used: ${kept.why}`)
    return undefined
  }
  const restored = await restoreLayers(kept.layers, { opened, clock: host.clock, readTimeout, signal })
  if (restored.kind === 'unreadable') {
    logger.error(`The last known good configuration can't be put together: ${restored.why}`)
    return undefined
  }
  const loaded = await loader.assemble(restored.layers, signal)
  return loaded.kind === 'loaded' && isValid(loaded.content) ? loaded : undefined
}

async function loadFallback({ fallback, loader, host }: BootParts, signal: AbortSignal): Promise<Loaded | undefined> {
  if (fallback === undefined) return undefined
  const reader = fallback.open(host)
  try {
    const reading = await reader.read(signal)
    return reading.kind === 'layer' ? await loader.assemble([reading.layer], signal) : undefined
  } finally {
    await reader.close()
  }
}
