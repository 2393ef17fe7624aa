import { describe, expect, it } from 'vitest'
import { testServers, withConnection } from '../support/postgres/database.ts'
import { migratedDatabase } from '../support/postgres/migrated-database.ts'
import { environment } from '../support/store-world.ts'
import { until } from '../postgres/reader.ts'
import { openUsual, within } from './lab/in-process.ts'
import { publishTo, rateOf, sessionsOn, tenantPlane } from './lab/tenants-on-postgres.ts'

/** The sessions of the plane that is looked at. */
const [asking, listening] = ['asking', 'listening']

async function opened(server = testServers()[0]) {
  const { url } = await migratedDatabase(server)
  const store = openUsual(`${url}?application_name=${asking}`, `${url}?application_name=${listening}`)
  const writer = openUsual(url)
  const publish = (...edits: Parameters<typeof rateOf>[]) => publishTo(writer, ...edits.map((each) => rateOf(...each)))
  return { url, store, writer, publish }
}

describe.each(testServers())('tenants in a store on PostgreSQL $version', (server) => {
  it('are activated ten times and removed at once, and end as whoever came last said', async () => {
    const { url, store, writer, publish } = await opened(server)
    await publish(['acme', 5])
    const { tenants, rate } = await tenantPlane(store)
    for (let round = 1; round <= 10; round += 1) {
      await tenants.suspend('acme')
      const published = publishTo(writer, rateOf('acme', 5 + round))
      const activations = Array.from({ length: 10 }, () => tenants.activate('acme'))
      const removal = tenants.remove('acme')
      expect(await removal).toMatchObject({ state: 'unknown', hasOverlay: false })
      expect((await Promise.all(activations)).every(({ tenant }) => tenant === 'acme')).toBe(true)
      await published
      expect([tenants.list(), rate('acme')]).toEqual([[], 100])
      expect(await tenants.activate('acme')).toMatchObject({ state: 'active', hasOverlay: true })
      expect(rate('acme')).toBe(5 + round)
    }
    // The one that listens, and the one by which it proved that it can.
    expect(await sessionsOn(url, listening)).toBeLessThanOrEqual(2)
  }, 30_000)

  it('see what was deleted while they were suspended, and so do their watchers', async () => {
    const { url, store, writer, publish } = await opened(server)
    await publish(['acme', 5], ['globex', 7])
    const { tenants, rate } = await tenantPlane(store)
    const seen: unknown[] = []
    tenants.watch('limits.rate', ({ tenant, previous, next }) => seen.push([tenant, previous, next]))
    await publishTo(writer, { scope: `${environment}/acme`, state: 'suspended' })
    await within(5_000, () => tenants.status('acme').state === 'suspended')
    await withConnection(url, (client) => client.query(`delete from trimtab.entries where tenant = 'acme'`))
    await publish(['globex', 8])
    await within(5_000, () => rate('globex') === 8)
    // It keeps what it had, and says since when.
    expect([rate('acme'), tenants.status('acme').staleSince]).toEqual([5, expect.any(Number)])
    await publishTo(writer, { scope: `${environment}/acme`, state: 'active' })
    await within(5_000, () => tenants.status('acme').state === 'active' && rate('acme') === 100)
    expect(tenants.status('acme')).toMatchObject({ hasOverlay: false, staleSince: undefined })
    expect(seen).toEqual([
      ['globex', 7, 8],
      ['acme', 5, 100],
    ])
  }, 30_000)

  it('are drained in the time of the slowest, a callback that hangs is named, and no session is left', async () => {
    const { url, store, publish } = await opened(server)
    const count = 200
    const all = (value: number) => Array.from({ length: count }, (_, at): [string, number] => [`t${at}`, value])
    await publish(...all(5))
    const { plane, tenants, rate } = await tenantPlane(store)
    let begun = 0
    let letGo = () => {}
    tenants.watch('limits.rate', ({ tenant }) => {
      begun += 1
      return new Promise<void>((resolve) => {
        if (tenant === 't7') letGo = resolve
        else setTimeout(resolve, 500)
      })
    })
    await publish(...all(6))
    await until(() => begun === count)
    expect(await sessionsOn(url, listening)).toBeGreaterThan(0)
    const startedAt = performance.now()
    const report = await tenants.drain({ signal: AbortSignal.timeout(2_000) })
    expect(report).toEqual({ unfinished: ['t7'] })
    // One after another they would have taken 100 s.
    expect(performance.now() - startedAt).toBeLessThan(5_000)
    expect(await tenants.drain({ signal: AbortSignal.timeout(100) })).toEqual({ unfinished: ['t7'] })
    // They are told of nothing more, and a plane that shares their environment can still be published through.
    const terms = { author: 'dana', message: 'why', until: 'committed' } as const
    expect(await plane.publish([rateOf('t1', 9)], terms)).toMatchObject({ kind: 'published' })
    expect([begun, rate('t1')]).toEqual([count, 6])

    // Also while the callback hangs.
    await plane.close()
    await until(() => store.feedStatus(environment).kind === 'connecting')
    await store.listener.close()
    await store.close()
    await until(async () => (await sessionsOn(url, listening)) === 0)
    await until(async () => (await sessionsOn(url, asking)) === 0)
    letGo()
    expect(await tenants.drain()).toEqual({ unfinished: [] })
  }, 30_000)
})
