import { createPlane, defineConfig, dynamic, storeSource } from 'trimtab'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { environment, openStore, publish, until } from '../postgres/reader.ts'
import { openOtel } from '../support/otel.ts'
import { withConnection } from '../support/postgres/database.ts'
import { migratedDatabase } from '../support/postgres/migrated-database.ts'

const config = defineConfig(z.object({ value: dynamic(z.number().default(0)) }))

const sql = (url: string, text: string) => withConnection(url, async (client) => void (await client.query(text)))
const endListeners =
  "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'trimtab' and datname = current_database()"

async function open() {
  const otel = openOtel()
  const { url } = await migratedDatabase()
  const [{ store, listener }, writer] = [openStore(url), openStore(url)]
  const sources = [environment, 'checkout/shared'].map((each) => {
    return storeSource({ store, environment: each, optional: true })
  })
  const { meterProvider } = otel
  const plane = await createPlane({ config, sources, telemetry: { meterProvider }, logger: false })
  onTestFinished(async () => void (await plane.close()))
  await until(() => store.feedStatus(environment).kind === 'push')
  /** The series of a metric, by the value of one attribute. */
  const by = async (name: string, attribute: string) => {
    const series = (await otel.collect()).filter((each) => each.name === name)
    return Object.fromEntries(series.map(({ attributes, value }) => [String(attributes[attribute]), value]))
  }
  return { ...otel, url, store, writer, listener, plane, by }
}

const none = { delivered: 0, duplicate: 0, late: 0, malformed: 0, unknown: 0, missed: 0 }

test('a listening connection that the server ends is counted by why, once for all that is followed on it', async () => {
  const { url, store, writer, plane, by, valueOf } = await open()
  const disconnects = () => by('trimtab.feed.disconnects', 'trimtab.disconnect.reason')
  expect(await disconnects()).toEqual({ ended: 0, silent: 0, failed: 0, unheard: 0 })
  await sql(url, endListeners)
  await until(async () => (await disconnects())['ended'] === 1)
  await until(() => store.feedStatus(environment).kind === 'push')
  expect(await disconnects()).toMatchObject({ ended: 1, silent: 0, unheard: 0 })
  expect(await valueOf('trimtab.feed.push', { 'trimtab.environment': environment })).toBe(1)
  await until(() =>
    publish(writer.store, 1).then(
      () => true,
      () => false,
    ),
  )
  await until(() => plane.config.value === 1)
  // Published by this process, but not to a store object that the plane reads.
  expect(await by('trimtab.publishes', 'trimtab.publish.outcome')).toEqual({})
})

test('notifications of a server are counted by what they are worth, once for all that is followed', async () => {
  const { url, store, plane, by } = await open()
  const notifications = () => by('trimtab.feed.notifications', 'trimtab.notification.kind')
  await publish(store, 1)
  await until(() => plane.config.value === 1)
  await until(async () => (await notifications())['delivered'] === 1)
  for (const payload of [`1 ${environment}`, `0 ${environment}`, 'nonsense', '7 other/place'])
    await sql(url, `select pg_notify('trimtab', '${payload}')`)
  const heard = { ...none, delivered: 1, duplicate: 1, late: 1, malformed: 1, unknown: 1 }
  await until(async () => (await notifications())['unknown'] === 1)
  expect(await notifications()).toEqual(heard)
  expect(await by('trimtab.publishes', 'trimtab.publish.outcome')).toEqual({ published: 1 })
})
