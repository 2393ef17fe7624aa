import { describe, expect, expectTypeOf, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { defineModule } from '../../modules/define-module.ts'
import { deferred } from '../../primitives/concurrency/deferred.ts'
import type { JsonObject } from '../../primitives/json.ts'
import { defineConfig } from '../../schema/define-config.ts'
import { dynamic } from '../../schema/marks.ts'
import { createManualClock } from '../../testing/manual-clock.ts'
import { createTestPlane } from '../../testing/test-plane.ts'
import { type CacheConfig, cacheModule, cacheSchema } from './cache.ts'

const config = defineConfig(z.object({ users: cacheSchema, later: dynamic(z.number().default(0)) }))

async function openPlane(users: JsonObject, { sized = true } = {}) {
  const clock = createManualClock()
  const module = cacheModule<string>({
    name: 'users',
    config: config.section('users'),
    clock,
    ...(sized ? { sizeOf: (value) => value.length } : {}),
  })
  let onLater = () => {}
  const later = defineModule({
    name: 'later',
    config: config.section('later'),
    dependsOn: [module],
    start: () => undefined,
    reload: () => onLater(),
  })
  /** Changes the cache, and undoes it, after `meanwhile`. */
  const undo = async (next: JsonObject, meanwhile: () => void) => {
    onLater = () => {
      onLater = () => {}
      meanwhile()
      throw new Error('no')
    }
    expect((await plane.set({ users: next, later: 1 })).status).toBe('rolled_back')
  }
  const plane = await createTestPlane(config, { tree: { users }, modules: [module, later] })
  onTestFinished(async () => void (await plane.close()))
  const cache = await plane.use(module, (resource) => resource)
  const fill = (...keys: string[]) => {
    for (const key of keys) cache.set(key, `value of ${key}`)
  }
  const has = (...keys: string[]) => keys.filter((key) => cache.get(key) !== undefined)
  return { clock, plane, module, cache, fill, has, undo }
}

describe('a cache', () => {
  it('keeps what was used last, for its time', async () => {
    const { clock, cache, fill, has } = await openPlane({ maxEntries: 2, ttl: '1m' })
    fill('a', 'b')
    cache.get('a')
    fill('c')
    expect(has('a', 'b', 'c')).toEqual(['a', 'c'])
    await clock.advance(59_999)
    fill('c')
    await clock.advance(1)
    expect(has('a', 'c')).toEqual(['c'])
    expect(cache.stats).toEqual({ entries: 1, bytes: 0, hits: 4, misses: 2, evictions: 1 })
    cache.clear()
    expect(cache.stats.entries).toBe(0)
  })

  it('takes another size in place, and keeps what was used last', async () => {
    const { plane, module, cache, fill, has } = await openPlane({ maxEntries: 5 })
    fill('a', 'b', 'c', 'd')
    cache.get('a')
    const outcome = await plane.set({ users: { maxEntries: 2 } })
    expect(outcome.modules).toContainEqual(expect.objectContaining({ module: 'users', action: 'reloaded' }))
    expect(await plane.use(module, (resource) => resource)).toBe(cache)
    expect(cache.stats.entries).toBe(2)
    expect(has('a', 'b', 'c', 'd')).toEqual(['a', 'd'])
    await plane.set({ users: { maxEntries: 3 } })
    fill('e')
    expect(has('a', 'b', 'c', 'd', 'e')).toEqual(['a', 'd', 'e'])
    fill('f')
    expect(cache.stats).toMatchObject({ entries: 3, evictions: 1 })
  })

  it('takes another time to live at once for what it keeps', async () => {
    const { clock, plane, fill, has } = await openPlane({ ttl: '1m' })
    fill('a', 'b')
    await clock.advance(30_000)
    await plane.set({ users: { ttl: '30s' } })
    expect(has('a')).toEqual([])
    await plane.set({ users: { ttl: 0 } })
    await clock.advance(3_600_000)
    expect(has('a', 'b')).toEqual(['b'])
  })

  it('brings back what a smaller size had put out when that is undone, but for what was deleted or set since', async () => {
    const { clock, cache, fill, has, undo } = await openPlane({ maxEntries: 6, ttl: '1m' })
    fill('a', 'b', 'c', 'd', 'e')
    await clock.advance(30_000)
    await undo({ maxEntries: 2, ttl: '1m' }, () => {
      expect(cache.stats.entries).toBe(2)
      cache.delete('b')
      cache.set('c', 'a new one')
    })
    expect(has('a', 'b', 'c', 'd', 'e')).toEqual(['a', 'c', 'e'])
    expect(cache.get('c')).toBe('a new one')
    await clock.advance(30_000)
    expect(has('a', 'b', 'c', 'd', 'e')).toEqual(['c'])
  })

  it('keeps within its bytes, and keeps nothing that is larger than itself', async () => {
    const { plane, cache, has } = await openPlane({ maxBytes: 10 })
    for (const key of ['a', 'b', 'c']) cache.set(key, 'x'.repeat(4))
    expect(has('a', 'b', 'c')).toEqual(['b', 'c'])
    cache.set('d', 'x'.repeat(11))
    expect(has('b', 'c', 'd')).toEqual(['b', 'c'])
    expect(cache.stats.bytes).toBe(8)
    await plane.set({ users: { maxBytes: 7 } })
    expect(cache.stats).toMatchObject({ bytes: 4, entries: 1 })
  })

  it('refuses a limit of bytes where nobody knows how large a value is', async () => {
    const { plane } = await openPlane({}, { sized: false })
    const outcome = await plane.set({ users: { maxBytes: '1MiB' } })
    expect(outcome).toMatchObject({
      status: 'validation_failed',
      problems: [{ module: 'users', message: expect.stringContaining('Give it the option sizeOf') }],
    })
  })

  it('loads once for all who ask, and again after a failure', async () => {
    const { cache } = await openPlane({})
    const answers = [deferred<string>(), deferred<string>()]
    let loads = 0
    const load = () => {
      loads += 1
      return answers[loads - 1]?.promise ?? 'unasked'
    }
    const failed = [cache.getOrLoad('a', load), cache.getOrLoad('a', load)]
    answers[0]?.reject(new Error('away'))
    expect((await Promise.allSettled(failed)).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    const loaded = [cache.getOrLoad('a', load), cache.getOrLoad('a', load)]
    answers[1]?.resolve('here')
    expect(await Promise.all(loaded)).toEqual(['here', 'here'])
    expect(await cache.getOrLoad('a', load)).toBe('here')
    expect(loads).toBe(2)
    await expect(
      cache.getOrLoad('b', () => {
        throw new Error('at once')
      }),
    ).rejects.toThrow('at once')
  })

  it('does not keep what was deleted or set while it was loaded', async () => {
    const { cache } = await openPlane({})
    const forgetting: Record<string, (key: string) => void> = {
      delete: (key) => cache.delete(key),
      clear: () => cache.clear(),
      set: (key) => cache.set(key, 'newer'),
    }
    for (const [key, forget] of Object.entries(forgetting)) {
      const answer = deferred<string>()
      const loading = cache.getOrLoad(key, () => answer.promise)
      forget(key)
      answer.resolve('older')
      expect(await loading).toBe('older')
      expect(cache.get(key)).toBe(key === 'set' ? 'newer' : undefined)
    }
  })

  it('gives back what its types promise', () => {
    expectTypeOf<z.output<typeof cacheSchema>>().toExtend<CacheConfig>()
    const users = cacheModule<{ name: string }>({ config: config.section('users') })
    expectTypeOf(users.resource?.get('a')).toEqualTypeOf<{ name: string } | undefined>()
  })
})
