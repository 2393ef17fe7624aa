import { join } from 'node:path'
import { describeThrown } from '../../errors/trimtab-error.ts'
import { digestOf } from '../../model/digest.ts'
import type { Layer } from '../../model/layer.ts'
import type { Path } from '../../model/path.ts'
import { serialQueue } from '../../primitives/concurrency/serial-queue.ts'
import type { Emitter } from '../../primitives/emitter.ts'
import type { JsonObject } from '../../primitives/json.ts'
import type { Logger } from '../../primitives/logger.ts'
import type { Clock, Timer } from '../../primitives/time/clock.ts'
import type { OverlaySource } from '../../sources/overlays/overlay-source.ts'
import type { TenantConfigs } from '../../tenancy/overlay/tenant-configs.ts'
import type { TenantEvent } from '../../tenancy/overlay/tenant-events.ts'
import type { TenantId } from '../../tenancy/tenant-id.ts'
import { keptFile } from '../state/kept-file.ts'
import { libraryVersion } from '../state/library-version.ts'
import type { StorableOptions } from '../state/storable-tree.ts'
import { keptTrees, treesToKeep } from './kept-trees.ts'

export interface KeptGoodParts extends StorableOptions {
  readonly source: OverlaySource
  readonly events: Emitter<TenantEvent>
  /** Where the state of this process is kept. */
  readonly folder: string
  readonly clock: Clock
  readonly logger: Logger
}

/** The overlays that tenants have in force, kept for the next process. */
export interface KeptGood {
  /** What a tenant had in force when that was last kept; undefined where nothing is known. Never rejects. */
  recall(tenant: TenantId): Promise<Layer | undefined>
  /** Keeps what is in force from now on. */
  follow(configs: TenantConfigs): void
  /** Keeps what has changed since it was kept last. Idempotent. */
  close(): Promise<void>
}

interface Kept {
  readonly savedAt: number
  readonly overlays: ReadonlyMap<string, JsonObject>
}

/** Milliseconds for which changes are gathered before they are written. */
const gather = 5_000

/** Tenants that are named in one line for people. */
const named = 5

/**
 * Where a tenant's overlay is broken when a process starts, it goes on with the one that it had in force when the state
 * folder last heard of it. What holds a secret in clear is not kept, and that is said.
 */
export function keepGoodOverlays(parts: KeptGoodParts): KeptGood {
  const { source, events, folder, clock, logger } = parts
  const writes = serialQueue()
  const openFile = async () => {
    return keptFile({ path: join(folder, 'good-tenants.json'), library: await libraryVersion(), keepPrevious: true })
  }
  let file: ReturnType<typeof openFile> | undefined
  let loaded: Promise<Kept | undefined> | undefined
  let configs: TenantConfigs | undefined
  let stop: (() => void) | undefined
  let timer: Timer | undefined
  let isDue = false
  let said = ''
  const recalled = new Set<TenantId>()

  const load = async (): Promise<Kept | undefined> => {
    try {
      const read = await (await (file ??= openFile())).read()
      if (read.kind === 'unusable') logger.error(`What was kept of tenants can't be used: ${read.why}`)
      return read.kind === 'kept' ? { savedAt: read.savedAt, overlays: keptTrees(read.body) } : undefined
    } catch (error) {
      logger.error(`What was kept of tenants can't be used: ${describeThrown(error)}`)
      return undefined
    }
  }
  const sayUnkept = (secret: ReadonlyMap<string, Path>) => {
    const list = [...secret].map(([tenant, path]) => `${tenant} (${path})`)
    const text = list.join(', ')
    if (text === said) return
    said = text
    if (list.length === 0) return
    const more = list.length > named ? ` and ${list.length - named} more` : ''
    logger.warn(
      `Not kept in ${folder}, because they hold secrets in clear: the own values of ${list.slice(0, named).join(', ')}${more}. Where one is broken at a start there is no last good one. Write references instead.`,
    )
  }
  /** Of those that have nothing now, what was kept before: the next process may be able to give it to them. */
  const waiting = async ({ overlays, troubles }: TenantConfigs) => {
    const kept = await loaded
    return [...(kept?.overlays ?? [])].filter(([tenant]) => {
      // Whoever is named there is compared with ids of tenants alone.
      const id = tenant as TenantId
      return !overlays.has(id) && troubles.get(id)?.hasGood === false
    })
  }
  const save = () => {
    timer?.cancel()
    timer = undefined
    return writes.run(async () => {
      if (!isDue || configs === undefined) return
      isDue = false
      const trees = [...configs.overlays].map(([tenant, { layer }]) => [tenant, layer.tree] as const)
      const { body, secret } = treesToKeep([...trees, ...(await waiting(configs))], parts)
      sayUnkept(secret)
      try {
        await (await (file ??= openFile())).write({ savedAt: clock.now(), body: { overlays: body } })
      } catch (error) {
        isDue = true
        logger.warn(`The tenants' own values could not be kept in ${folder}: ${describeThrown(error)}`)
      }
    })
  }
  const note = () => {
    isDue = true
    timer ??= clock.schedule(gather, () => void save())
  }

  return {
    async recall(tenant) {
      const kept = await (loaded ??= load())
      const tree = kept?.overlays.get(tenant)
      if (kept === undefined || tree === undefined) return undefined
      const moment = new Date(kept.savedAt).toISOString()
      if (!recalled.has(tenant)) {
        recalled.add(tenant)
        logger.error(
          `The tenant ${tenant} is broken in ${source.name}: it is to go on with what was kept of it at ${moment}`,
        )
      }
      return { source: source.name, tree, digest: digestOf(tree), locate: () => undefined }
    },
    follow(given) {
      configs = given
      // Only what is in force is kept. What tenants are told of comes with each change of that.
      stop = events.on(note)
      note()
    },
    async close() {
      stop?.()
      await save()
    },
  }
}
