import { expect, onTestFinished, test } from 'vitest'
import { until } from '../../../../test/postgres/reader.ts'
import { openUsual, within } from '../../../../test/store/lab/in-process.ts'
import { planeOver, sql, twoReaders } from '../../../../test/store/lab/tenants-in-databases.ts'
import { publishTo, rateOf } from '../../../../test/store/lab/tenants-on-postgres.ts'
import { migratedDatabase } from '../../../../test/support/postgres/migrated-database.ts'

test('credentials that were replaced, and nobody said so, are found out by who listens, and not when it is read next', async () => {
  const { url } = await migratedDatabase()
  const writer = openUsual(url)
  const { first, second } = await twoReaders(url)
  const now = { acme: first.url }
  const { tenants, rate } = await planeOver(now)
  await tenants.activate('acme')
  await until(() => tenants.status('acme').feed?.follows === 'push')
  // It has been read just now, and would be again in 4 s.
  await publishTo(writer, rateOf('acme', 5))
  await within(1_000, () => rate('acme') === 5)
  now.acme = second.url
  await sql(
    url,
    `alter role ${first.name} nologin; select pg_terminate_backend(pid) from pg_stat_activity where usename = '${first.name}'`,
  )
  onTestFinished(() => sql(url, `alter role ${first.name} login`))
  const before = performance.now()
  await publishTo(writer, rateOf('acme', 6))
  await within(2_000, () => rate('acme') === 6)
  await within(2_000, () => tenants.status('acme').feed?.follows === 'push')
  expect(performance.now() - before).toBeLessThan(3_000)
}, 30_000)
