import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Json } from '../../primitives/json.ts'
import { readFileWithin } from '../../sources/read-file.ts'
import { type DocumentRead, readDocument, writeDocument } from './document.ts'
import { nodeStateFs, type StateFs } from './state-fs.ts'

/** What a file that is kept holds. Absent and unusable are two things. */
export type KeptRead =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'kept'
      readonly savedAt: number
      readonly body: unknown
      /** Why this is not the newest that was written. */
      readonly insteadOf?: string | undefined
    }
  | { readonly kind: 'unusable'; readonly why: string }

/**
 * One document in a file. At every moment, whatever ends the process or the machine, what is there can be read: what was
 * written last, or, while that is being written, what was written before.
 */
export interface KeptFile {
  read(): Promise<KeptRead>
  /** Resolves when it would survive a power failure. Calls must not overlap. */
  write(content: { readonly savedAt: number; readonly body: Json }): Promise<void>
  remove(): Promise<void>
  /** The same before anything else can happen, for the moment in which a process is told to stop. */
  removeNow(): void
}

export interface KeptFileOptions {
  readonly path: string
  readonly library: string
  /** Whether the document before the newest is kept beside it, for a newest one that the disk has damaged. */
  readonly keepPrevious: boolean
  readonly fs?: StateFs | undefined
}

/** Far more than the layers of a service; it keeps a file that is something else from filling the memory. */
const largest = 64 * 1024 * 1024

/** Why a file gives no document. */
type Failure = { readonly kind: 'absent' } | { readonly kind: 'unusable'; readonly why: string }

export function keptFile({ path, library, keepPrevious, fs = nodeStateFs }: KeptFileOptions): KeptFile {
  const previousPath = `${path}.previous`
  const draftPath = `${path}.draft`
  // Only a newest that can be read may take the place of the one before it.
  let isNewestGood: boolean | undefined

  const readOne = async (file: string): Promise<Extract<DocumentRead, { kind: 'whole' }> | Failure> => {
    const found = await readFileWithin(file, largest)
    if (found.kind !== 'read') {
      return found.kind === 'absent' ? { kind: 'absent' } : { kind: 'unusable', why: `${file} ${found.message}` }
    }
    const document = readDocument(found.bytes)
    switch (document.kind) {
      case 'whole':
        return document
      case 'damaged':
        return { kind: 'unusable', why: `${file} is damaged` }
      case 'newer':
        return { kind: 'unusable', why: `${file} was written by a newer Trimtab (${document.library})` }
      default:
        return document satisfies never
    }
  }
  const readNewest = async () => {
    const newest = await readOne(path)
    isNewestGood = newest.kind === 'whole'
    return newest
  }

  return {
    async read() {
      const newest = await readNewest()
      if (newest.kind === 'whole') return { kind: 'kept', savedAt: newest.savedAt, body: newest.body }
      const previous = keepPrevious ? await readOne(previousPath) : ({ kind: 'absent' } as const)
      const insteadOf = newest.kind === 'unusable' ? newest.why : undefined
      // Without a newest a write was interrupted between its last two steps: what is there is the newest complete one.
      if (previous.kind === 'whole') {
        return { kind: 'kept', savedAt: previous.savedAt, body: previous.body, insteadOf }
      }
      const whys = [newest, previous].flatMap((each) => (each.kind === 'unusable' ? [each.why] : []))
      return whys.length === 0 ? { kind: 'none' } : { kind: 'unusable', why: whys.join(', and ') }
    },
    async write({ savedAt, body }) {
      const bytes = writeDocument({ library, savedAt, body })
      if (bytes.length > largest) throw new Error(`It would be larger than ${largest / 1024 / 1024} MiB`)
      if (keepPrevious && isNewestGood === undefined) await readNewest()
      await fs.write(draftPath, bytes)
      // Everything that is likely to fail has been done. A draft is never read: it may be half of one.
      if (keepPrevious && isNewestGood === true) {
        isNewestGood = false
        await fs.rename(path, previousPath)
      }
      await fs.rename(draftPath, path)
      isNewestGood = true
      await fs.syncFolder(dirname(path))
    },
    async remove() {
      isNewestGood = undefined
      await fs.remove(path)
      await fs.syncFolder(dirname(path))
    },
    removeNow() {
      isNewestGood = undefined
      rmSync(path, { force: true })
    },
  }
}
