import { z } from 'zod'
import { TrimtabError } from '../../errors/trimtab-error.ts'
import { defineModule, type Module, type ModuleTimeouts } from '../../modules/define-module.ts'
import { type Clock, systemClock } from '../../primitives/time/clock.ts'
import { dynamic } from '../../schema/marks.ts'
import type { Section } from '../../schema/section.ts'
import { bytes, duration } from '../../schema/units.ts'
import { loadPeer } from '../../errors/load-peer.ts'
import { type Cache, type CacheParts, OpenCache } from './open-cache.ts'

/**
 * The configuration of a cache, to be put into a schema of your own. All of it changes while the service runs.
 *
 * @example
 * const config = defineConfig(z.object({ users: cacheSchema }))
 */
export const cacheSchema = dynamic(
  z.object({
    maxEntries: z.number().int().min(1).max(1_000_000).default(10_000).describe('Values that are kept at most'),
    maxBytes: bytes({ min: 1 }).optional().describe('Their size at most. Default: no limit'),
    ttl: duration().default('5m').describe('How old a value may be when it is given; 0 for ever'),
  }),
)

/** How much is kept, and how long. */
export interface CacheConfig {
  readonly maxEntries: number
  readonly maxBytes?: number | undefined
  /** Milliseconds; 0 for ever. */
  readonly ttl: number
}

/** The section of a cache, and how large its values are. */
export interface CacheOptions<Value> extends ModuleTimeouts {
  /** Default: `cache`. */
  readonly name?: string | undefined
  readonly config: Section<CacheConfig>
  /** About how many bytes a value takes. Needed where `maxBytes` is configured. */
  readonly sizeOf?: ((value: Value, key: string) => number) | undefined
  readonly clock?: Clock | undefined
}

/**
 * Values that are kept in this process, the most recently used ones, for a while. Size and time to live change in place:
 * a smaller cache keeps the values that were used last, another time to live holds at once for what is kept, and a change
 * that is undone brings back what it had put out. Needs the package `lru-cache`.
 *
 * @example
 * const users = cacheModule<{ name: string }>({ name: 'users', config: config.section('users') })
 * const plane = await createPlane({ config, sources, modules: [users] })
 * const user = await plane.use(users, (cache) => cache.getOrLoad(id, async () => ({ name: `user ${id}` })))
 */
export function cacheModule<Value>(options: CacheOptions<Value>): Module<Cache<Value>> {
  const { name = 'cache', config: section, sizeOf, clock = systemClock, ...timeouts } = options

  const expectSizes = ({ maxBytes }: CacheConfig) => {
    if (maxBytes === undefined || sizeOf !== undefined) return
    throw new TrimtabError(
      'part_not_configured',
      `The module ${name} does not know how large its values are, as maxBytes needs. Give it the option sizeOf.`,
    )
  }
  const load = async (): Promise<CacheParts<Value>['make']> => {
    const { LRUCache } = await loadPeer('lru-cache', () => import('lru-cache'))
    return ({ maxEntries, maxBytes }, onEvict) =>
      new LRUCache({
        max: maxEntries,
        ...(maxBytes === undefined
          ? {}
          : // The package takes whole numbers from 1 on.
            { maxSize: maxBytes, sizeCalculation: ({ value }, key) => sizeIn(sizeOf?.(value, key)) }),
        dispose: (entry, key, reason) => {
          if (reason === 'evict') onEvict(key, entry)
        },
      })
  }

  const module = defineModule({
    ...timeouts,
    name,
    config: section,
    async start({ config }) {
      expectSizes(config)
      return new OpenCache<Value>({ clock, make: await load() }, config)
    },
    async check({ next }) {
      expectSizes(next)
      await load()
    },
    reload: ({ next, resource }) => resource.apply(next),
    stop: ({ resource }) => resource.clear(),
  })
  return module
}

function sizeIn(bytes_: number | undefined): number {
  const size = Math.ceil(bytes_ ?? 1)
  return size >= 1 && size <= Number.MAX_SAFE_INTEGER ? size : 1
}
