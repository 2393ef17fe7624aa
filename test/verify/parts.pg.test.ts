import { defineConfig } from 'trimtab'
import { pgPoolModule, pgPoolSchema } from 'trimtab/parts'
import { verifyModule } from 'trimtab/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { testDatabase } from '../support/postgres/database.ts'

/** Generous, as the machine may be busy: what this module does wrong, it does at any speed. */
const limits = { deadline: 5_000, grace: 2_000, blocked: 500, budget: 100_000 }

test('nothing is found of the pool', async () => {
  const config = defineConfig(z.object({ database: pgPoolSchema }))
  const [one, other] = [await testDatabase(), await testDatabase()]
  const trees = [
    { database: { url: one.url } },
    { database: { url: one.url, max: 3, idleTimeout: '1m' } },
    { database: { url: other.url } },
  ]
  const found = await verifyModule(pgPoolModule({ config: config.section('database') }), {
    ...{ config, trees, ...limits },
    async observe(pool) {
      const { rows } = await pool.query('select current_database() as name')
      const { max, idleTimeoutMillis, connectionTimeoutMillis } = pool.pool.options
      return {
        max,
        idleTimeoutMillis,
        connectionTimeoutMillis: connectionTimeoutMillis ?? null,
        name: rows[0]?.['name'],
      }
    },
    isDisposed: (prepared) => Reflect.get(Object(prepared), 'pool').ended,
  })
  expect(found).toEqual([])
}, 120_000)
