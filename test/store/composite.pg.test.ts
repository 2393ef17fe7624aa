import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { migratedDatabase } from '../support/postgres/migrated-database.ts'
import { environment } from '../support/store-world.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { until } from '../postgres/reader.ts'
import { startChild } from './lab/child.ts'
import { openUsual, within } from './lab/in-process.ts'
import { publishTo } from './lab/tenants-on-postgres.ts'
import type { CompositeMessage, CompositeOrder } from './processes/composite-orders.ts'

it('a process has its file under its store under its environment under its arguments, however often it starts', async () => {
  const { url } = await migratedDatabase()
  const writer = openUsual(url)
  const file = join(tempFolder(), 'config.yaml')
  writeFileSync(file, 'pool: { max: 5, idle: 6 }\n')
  const start = (layers: Partial<CompositeOrder> = {}) => {
    const child = startChild<CompositeOrder, CompositeMessage>('composite')
    const told: CompositeMessage[] = []
    child.onMessage((message) => told.push(message))
    child.send({ url, file, env: {}, argv: [], ...layers })
    return { told, kill: () => child.kill() }
  }
  const max = (value: number) => ({ scope: environment, path: 'pool.max', value })

  const first = start()
  await until(() => first.told.length === 1)
  expect(first.told[0]).toEqual({ pool: { max: 5, idle: 6 }, from: ['file'] })
  // The first document that is ever published.
  await publishTo(writer, max(20))
  await within(1_000, () => first.told.length === 2)
  expect(first.told[1]).toEqual({ pool: { max: 20, idle: 6 }, from: ['store', 'file'] })
  await publishTo(writer, { scope: environment, path: 'pool.idle', value: 8 })
  await within(1_000, () => first.told.length === 3)
  expect(first.told[2]?.pool).toEqual({ max: 20, idle: 8 })

  // While nobody runs, the store changes, and then the file, which is the newer of the two.
  await first.kill()
  await publishTo(writer, max(30))
  writeFileSync(file, 'pool: { max: 50, idle: 60 }\n')
  utimesSync(file, new Date(), new Date(Date.now() + 60_000))
  const second = start({ env: { APP_POOL__IDLE: '7', APP_POOL__MAX: '40' }, argv: ['--set', 'pool.idle=9'] })
  await until(() => second.told.length === 1)
  expect(second.told[0]).toEqual({ pool: { max: 40, idle: 9 }, from: ['env', 'store', 'file'] })
  await second.kill()
  const third = start({ argv: ['--set', 'pool.idle=9'] })
  await until(() => third.told.length === 1)
  expect(third.told[0]).toEqual({ pool: { max: 30, idle: 9 }, from: ['store', 'file'] })

  // What is taken away shows what is below, in a process that runs and in one that starts.
  await publishTo(writer, { scope: environment, path: 'pool', remove: true })
  await within(1_000, () => third.told.length === 2)
  expect(third.told[1]).toEqual({ pool: { max: 50, idle: 9 }, from: ['file'] })
  await third.kill()
  const fourth = start()
  await until(() => fourth.told.length === 1)
  expect(fourth.told[0]).toEqual({ pool: { max: 50, idle: 60 }, from: ['file'] })
}, 60_000)
