import { hostname } from 'node:os'
import type { Logger } from '../primitives/logger.ts'
import { type Journal, memoryJournal } from '../reload/proof/journal.ts'
import type { SourceHost } from '../sources/source.ts'
import type { StateDir } from './state/state-dir.ts'

/** What a plane remembers: beyond its process, or only within it where no folder is given. */
export interface OpenedState {
  readonly journal: Journal
  /** Undefined where nothing is kept. */
  readonly dir: StateDir | undefined
  /** Notes that the process was asked to stop, so that its end is no crash. */
  noteStop(): void
  close(): Promise<void>
}

export interface OpenStateOptions {
  readonly path: string | undefined
  readonly instance: string | undefined
  readonly host: SourceHost
  readonly isReference: (text: string) => boolean
  /** A text without the secrets that are known. */
  readonly clean: (text: string) => string
  readonly logger: Logger
}

export async function openState({ path, instance, host, logger, ...storable }: OpenStateOptions): Promise<OpenedState> {
  if (path === undefined || path === '') {
    return { journal: memoryJournal(), dir: undefined, noteStop() {}, async close() {} }
  }
  const { openStateDir } = await import('./state/state-dir.ts')
  const { clock, shape } = host
  const name = instance ?? hostInstance()
  const dir = await openStateDir({ path, instance: name, shape, clock, logger, ...storable })
  return { journal: dir.journal, dir, noteStop: () => dir.noteStop(), close: () => dir.close() }
}

/** The host's name, as far as an instance may be called that. */
export function hostInstance(): string {
  const allowed = hostname()
    .replaceAll(/[^A-Za-z0-9_.-]/g, '-')
    .slice(0, 128)
  return /^[A-Za-z0-9]/.test(allowed) ? allowed : 'instance'
}
