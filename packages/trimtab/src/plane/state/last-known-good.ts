import { join } from 'node:path'
import type { Layer } from '../../model/layer.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import type { Clock } from '../../primitives/time/clock.ts'
import type { Logger } from '../../primitives/logger.ts'
import { fieldsOf } from './document.ts'
import { keptFile, type KeptRead } from './kept-file.ts'
import type { StateFs } from './state-fs.ts'
import type { StorableOptions } from './storable-tree.ts'
import { fromWire, type NotKept, toWire } from './wire-layers.ts'

/** What is kept of the last snapshot that proved itself. Nothing kept, and nothing that can be used, are two things. */
export type LastKnownGood =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'layers'
      /** In the order of precedence, references as they were written; their places are not known any more. */
      readonly layers: readonly Layer[]
      /** What else belongs to it, and has to be read from its source. */
      readonly notKept: readonly NotKept[]
      /** Of the content. Put together again it may have another one: references may give other values by now. */
      readonly digest: string
      /** Wall time in milliseconds. */
      readonly savedAt: number
    }
  | { readonly kind: 'unusable'; readonly why: string }

export interface LastKnownGoodFile {
  read(): Promise<LastKnownGood>
  save(snapshot: Snapshot<object>): Promise<void>
}

export interface LastKnownGoodOptions extends StorableOptions {
  readonly folder: string
  /** Folders in which processes of the same name keep theirs. */
  readonly siblings: () => Promise<readonly string[]>
  readonly library: string
  readonly clock: Clock
  readonly logger: Logger
  readonly fs?: StateFs | undefined
}

export function lastKnownGoodFile({
  folder,
  siblings,
  library,
  clock,
  logger,
  fs,
  ...storable
}: LastKnownGoodOptions): LastKnownGoodFile {
  const fileIn = (where: string) =>
    keptFile({ path: join(where, 'last-known-good.json'), library, keepPrevious: true, fs })
  const own = fileIn(folder)
  let told = ''

  /** A process in a new slot of a name that has run before knows what its siblings know. */
  const readSiblings = async (): Promise<LastKnownGood> => {
    const found = await Promise.all((await siblings()).map(async (each) => parse(await fileIn(each).read())))
    const whole = found.flatMap((each) => (each.kind === 'layers' ? [each] : []))
    return whole.sort((a, b) => b.savedAt - a.savedAt)[0] ?? { kind: 'none' }
  }
  /** Once for as long as it stays the same: it is true of every snapshot. */
  const tell = (notKept: readonly NotKept[]) => {
    const lines = notKept
      .filter(({ source }) => !source.startsWith('override:'))
      .map(({ source, why }) => `${source} ${why}`)
    const text = lines.join('; ')
    if (text !== '' && text !== told) {
      logger.warn(
        `Not all of the last known good configuration is kept in ${folder}: ${text}. A start from it reads that anew`,
      )
    }
    told = text
  }

  return {
    async read() {
      const read = await own.read()
      if (read.kind === 'kept' && read.insteadOf !== undefined) {
        logger.error(
          `${read.insteadOf}: the last known good configuration is the one before it, of ${at(read.savedAt)}`,
        )
      }
      const found = parse(read)
      if (found.kind === 'layers') return found
      const elsewhere = await readSiblings()
      return elsewhere.kind === 'layers' ? elsewhere : found
    },
    async save({ layers, digest }) {
      const { kept, notKept } = toWire(layers, storable)
      const names = notKept.map(({ source, why }) => ({ source, why }))
      await own.write({ savedAt: clock.now(), body: { digest, layers: kept, notKept: names } })
      tell(notKept)
    },
  }
}

function parse(read: KeptRead): LastKnownGood {
  if (read.kind !== 'kept') return read
  const { digest, layers, notKept } = fieldsOf(read.body)
  if (typeof digest !== 'string') return { kind: 'unusable', why: 'what was kept is no configuration' }
  return { kind: 'layers', ...fromWire(layers, notKept), digest, savedAt: read.savedAt }
}

function at(time: number): string {
  return new Date(time).toISOString()
}
