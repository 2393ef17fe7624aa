import type { Logger } from '../primitives/logger.ts'
import { type Journal, memoryJournal } from '../reload/journal.ts'
import type { SourceHost } from '../sources/source.ts'
import type { BootMemory } from './boot.ts'

/** What a plane remembers beyond its process, or only within it where no folder is given. */
export interface PlaneState {
  readonly path: string | undefined
  readonly journal: Journal
  readonly memory: BootMemory | undefined
  /** Notes that the process was asked to stop. */
  noteStop(): void
  close(): Promise<void>
}

export interface OpenStateOptions {
  readonly path: string | undefined
  readonly instance: string
  readonly host: SourceHost
  readonly logger: Logger
}

export async function openState({ path }: OpenStateOptions): Promise<PlaneState> {
  void path
  return { path: undefined, journal: memoryJournal(), memory: undefined, noteStop() {}, async close() {} }
}
