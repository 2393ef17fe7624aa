import { join } from 'node:path'
import type { Clock } from '../../primitives/time/clock.ts'
import type { Logger } from '../../primitives/logger.ts'
import type { Journal } from '../../reload/proof/journal.ts'
import type { ObjectShape } from '../../schema/shape.ts'
import type { BootDecision } from './boot-decision.ts'
import { digestKey } from './digest-key.ts'
import { type BootQuestion, decideBoot } from './decide-boot.ts'
import { fieldsOf } from './document.ts'
import { type KeptFile, keptFile } from './kept-file.ts'
import { type LastKnownGood, lastKnownGoodFile } from './last-known-good.ts'
import { libraryVersion } from './library-version.ts'
import { type Marker, markerFromJson } from './marker.ts'
import { type Slot, takeSlot } from './slot/slot.ts'
import { nodeStateFs, type StateFs } from './state-fs.ts'
import { StateJournal } from './state-journal.ts'

export interface StateDirOptions {
  /** The state folder. Processes may share it, services should not: it is made where it is missing, with mode 0700. */
  readonly path: string
  /** Names this process among its siblings: 1 to 128 letters, digits, `_`, `-`, `.`, the first a letter or a digit. */
  readonly instance: string
  readonly shape: ObjectShape
  /** Whether a text holds a reference that somebody would resolve. */
  readonly isReference: (text: string) => boolean
  /** A text without the secrets that are known. */
  readonly clean: (text: string) => string
  readonly clock: Clock
  readonly logger: Logger
  readonly fs?: StateFs | undefined
}

/** What one process remembers on disk. */
export interface StateDir {
  /** The folder of this process: a slot in the state folder. */
  readonly folder: string
  readonly journal: Journal
  /** Identifies content to this process and the ones after it, and to nobody else. */
  readonly digestKey: Uint8Array
  /** What the process before was taking in when it ended without having been told to. */
  readonly crashed: Marker | undefined
  lastKnownGood(): Promise<LastKnownGood>
  /**
   * What to start with. The answer is remembered: content that ends processes is set aside, content that is to be tried
   * again is released, and the next `journal.begin` is of what was decided. Ask once, before it.
   */
  decideBoot(question: BootQuestion): Promise<BootDecision>
  /** The process has been asked to stop: however it ends from now on, that is no crash. Synchronous, never throws. */
  noteStop(): void
  /** Writes what is to be written and lets the slot go. The marker of an attempt that has not settled stays. Idempotent. */
  close(): Promise<void>
}

/**
 * Opens the state folder for one process.
 *
 * Throws `state_dir_unusable`, saying what to do, where the folder can't be made or written to, is no folder, belongs to
 * another user, or can be written to by others; `option_invalid` for a name that is none.
 *
 * @example
 * const state = await openStateDir({ path: '/var/lib/checkout', instance: hostname(), shape, isReference, clean, clock, logger })
 */
export async function openStateDir(options: StateDirOptions): Promise<StateDir> {
  const { path, instance, clock } = options
  const slot = await takeSlot(path, instance, clock)
  try {
    return await openSlot(slot, options)
  } catch (error) {
    await slot.release()
    throw error
  }
}

async function openSlot(slot: Slot, options: StateDirOptions): Promise<StateDir> {
  const { instance, shape, isReference, clean, clock, logger, fs = nodeStateFs } = options
  const { folder } = slot
  if (slot.name !== instance) logger.info(`Another process is ${instance} here: this one keeps its state in ${folder}`)

  const library = await libraryVersion()
  const file = (name: string) => keptFile({ path: join(folder, name), library, keepPrevious: false, fs })
  const markerFile = file('attempt.json')
  const setAsideFile = file('set-aside.json')
  const lastKnownGood = lastKnownGoodFile({
    folder,
    siblings: slot.siblings,
    library,
    clock,
    logger,
    fs,
    shape,
    isReference,
    clean,
  })
  const journal = new StateJournal({
    clock,
    logger,
    markerFile,
    setAsideFile,
    saveStable: (snapshot) => lastKnownGood.save(snapshot),
    crashed: markerFromJson(await bodyOf(markerFile, logger)),
    setAside: setAsideFromJson(await bodyOf(setAsideFile, logger)),
  })

  const key = await digestKey(folder, logger)
  let closing: Promise<void> | undefined
  const { crashed } = journal
  return {
    folder,
    journal,
    digestKey: key,
    crashed,
    lastKnownGood: () => lastKnownGood.read(),
    decideBoot: (question) => decideBoot(journal, question, logger),
    noteStop: () => journal.noteStop(),
    close() {
      closing ??= journal.close().then(() => slot.release())
      return closing
    },
  }
}

/** What can't be read is as good as not there, but not silently: a start that was to be held back may now go ahead. */
async function bodyOf(file: KeptFile, logger: Logger): Promise<unknown> {
  const read = await file.read()
  switch (read.kind) {
    case 'kept':
      return read.body
    case 'none':
      return undefined
    case 'unusable':
      logger.warn(`${read.why}: it is left out of account`)
      return undefined
    default:
      return read satisfies never
  }
}

function setAsideFromJson(body: unknown): ReadonlyMap<string, string> {
  const entries = (Array.isArray(body) ? body : []).map(fieldsOf)
  return new Map(
    entries.flatMap(({ digest, why }) =>
      typeof digest === 'string' && typeof why === 'string' ? [[digest, why]] : [],
    ),
  )
}
