import { join } from 'node:path'
import { describeThrown } from '../../errors/trimtab-error.ts'
import { digestOf } from '../../model/digest.ts'
import type { Clock, Timer } from '../../primitives/time/clock.ts'
import { isPlainObject, type JsonObject } from '../../primitives/json.ts'
import type { Logger } from '../../primitives/logger.ts'
import { runStep } from '../../primitives/time/deadline.ts'
import { serialQueue } from '../../primitives/concurrency/serial-queue.ts'
import type { Problem } from '../../schema/problem.ts'
import type { ListedTenant, OverlayReader, OverlaySource } from '../../sources/overlays/overlay-source.ts'
import type { EnvironmentDocument } from '../../store/document.ts'
import type { EnvironmentFeed } from '../../store/feed/environment-feed.ts'
import { keptFile } from '../state/kept-file.ts'
import { libraryVersion } from '../state/library-version.ts'
import type { StorableOptions } from '../state/storable-tree.ts'
import { keptTrees, treesToKeep } from './kept-trees.ts'

export interface KeptOverlaysParts extends StorableOptions {
  readonly source: OverlaySource
  readonly feed: EnvironmentFeed
  /** Where the state of this process is kept. */
  readonly folder: string
  readonly clock: Clock
  readonly logger: Logger
}

interface Kept {
  readonly savedAt: number
  readonly overlays: ReadonlyMap<string, JsonObject>
  readonly suspended: ReadonlySet<string>
}

/** Milliseconds for which changes are gathered before they are written. */
const gather = 5_000

/** Milliseconds that a store is waited for that does not answer, where nothing has been read of it. */
const patience = 4_000

/**
 * Overlays from a store, kept in the state folder: where the store is away when a process starts, tenants have what was
 * read last, with a warning, until it is read again. What holds a secret in clear is not kept.
 */
export function keepOverlays(inner: OverlayReader, parts: KeptOverlaysParts): OverlayReader {
  const { source, feed, folder, clock, logger } = parts
  const writes = serialQueue()
  const openFile = async () => {
    return keptFile({ path: join(folder, 'tenants.json'), library: await libraryVersion(), keepPrevious: true })
  }
  let file: ReturnType<typeof openFile> | undefined
  let timer: Timer | undefined
  let written: EnvironmentDocument | undefined
  let kept: Promise<Kept | undefined> | undefined

  const save = () => {
    timer?.cancel()
    timer = undefined
    return writes.run(async () => {
      const { document } = feed
      if (document === undefined || (document.overlays === written?.overlays && document.states === written.states))
        return
      try {
        await (await (file ??= openFile())).write({ savedAt: clock.now(), body: toBody(document, parts) })
        written = document
      } catch (error) {
        logger.warn(`The tenants' own values could not be kept in ${folder}: ${describeThrown(error)}`)
      }
    })
  }
  const stop = feed.events.on((event) => {
    if (event.kind === 'advanced' || event.kind === 'adopted') timer ??= clock.schedule(gather, () => void save())
  })
  const load = async (): Promise<Kept | undefined> => {
    const read = await (await (file ??= openFile())).read()
    if (read.kind === 'unusable') logger.error(`What was kept of tenants can't be used: ${read.why}`)
    if (read.kind !== 'kept') return undefined
    logger.error(`${source.name} can't be read: tenants have what was kept of it at ${momentText(read.savedAt)}`)
    return fromBody(read.body, read.savedAt)
  }
  /** Only as long as nothing has been read: what was read later is newer. */
  const fallback = async () => (feed.document === undefined ? await (kept ??= load()) : undefined)
  /** Those who have it. */
  const given = new Set<string>()
  /** Who has what was kept goes on with it until the store has been read: nobody waits for each of them. */
  const inUse = async () => (kept === undefined ? undefined : fallback())
  /** What the store says; undefined where it does not answer, and never has. */
  const answered = async <T>(ask: (over: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T | undefined> => {
    if (feed.document !== undefined) return ask(signal)
    const end = await runStep({ clock, timeout: patience, signal, run: ask })
    if (end.kind === 'timed_out') return undefined
    if (end.kind === 'done') return end.value
    throw end.error
  }

  const reader: OverlayReader = {
    async list(signal) {
      const first = (await inUse()) === undefined ? await answered((over) => inner.list(over), signal) : undefined
      const found = first === undefined || first.kind === 'unreadable' ? await fallback() : undefined
      if (found === undefined) return first ?? inner.list(signal)
      const tenants = [...new Set([...found.overlays.keys(), ...found.suspended])].map((tenant): ListedTenant => {
        const state = found.suspended.has(tenant) ? 'suspended' : 'active'
        return { tenant, state, isChanged: !given.has(tenant), origin: { source: source.name } }
      })
      return { kind: 'listed', tenants, warnings: [oldWarning(source, found.savedAt)] }
    },
    async read(tenant, signal) {
      const reading = (await inUse()) === undefined ? await inner.read(tenant, signal) : undefined
      const found = reading === undefined || reading.kind === 'unreadable' ? await fallback() : undefined
      const tree = found?.overlays.get(tenant)
      if (found !== undefined) given.add(tenant)
      if (tree !== undefined) {
        const layer = { source: source.name, tree, digest: digestOf(tree), locate: () => undefined }
        return { kind: 'layer', layer, warnings: [] }
      }
      if (found?.suspended.has(tenant)) return { kind: 'absent', problem: noneKept(source, tenant) }
      return reading ?? inner.read(tenant, signal)
    },
    async close() {
      stop()
      await save()
      await inner.close()
    },
  }
  if (inner.watch !== undefined) reader.watch = inner.watch.bind(inner)
  if (inner.refresh !== undefined) reader.refresh = inner.refresh.bind(inner)
  return reader
}

function toBody({ overlays, states }: EnvironmentDocument, storable: StorableOptions): JsonObject {
  const trees = [...overlays].filter(([tenant]) => states.get(tenant) !== 'removed')
  const suspended = [...states].flatMap(([tenant, state]) => (state === 'suspended' ? [tenant] : []))
  return { overlays: treesToKeep(trees, storable).body, suspended }
}

/** What is not as it was written is left out: it can't be believed. */
function fromBody(body: unknown, savedAt: number): Kept {
  const { suspended } = isPlainObject(body) ? body : { suspended: [] }
  const names: readonly unknown[] = Array.isArray(suspended) ? suspended : []
  return { savedAt, overlays: keptTrees(body), suspended: new Set(names.filter((name) => typeof name === 'string')) }
}

function noneKept({ name }: OverlaySource, tenant: string): Problem {
  return { code: 'absent', severity: 'error', message: `nothing was kept of ${tenant}`, origin: { source: name } }
}

function oldWarning(source: OverlaySource, savedAt: number): Problem {
  const message = `can't be read; tenants have what was kept of it at ${momentText(savedAt)}`
  return { code: 'unreadable', severity: 'warning', message, origin: { source: source.name } }
}

function momentText(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
