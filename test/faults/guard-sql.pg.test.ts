import { randomUUID } from 'node:crypto'
import { Pool } from 'pg'
import type { GuardedSql } from 'trimtab'
import { createManualClock } from 'trimtab/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createTenantContext } from '../../packages/trimtab/src/tenancy/context.ts'
import { createGuard } from '../../packages/trimtab/src/tenancy/guard/create-guard.ts'
import type { GuardMode } from '../../packages/trimtab/src/tenancy/guard/guard.ts'
import { testDatabase, testServers, withConnection } from '../support/postgres/database.ts'

const context = createTenantContext({ tenantOf: (id) => ({ id, config: {} }) })
const code = (name: string) => expect.objectContaining({ code: name })
const items = 'select item from orders order by item'

describe.each(testServers())('guard.sql on PostgreSQL $version', (server) => {
  /** A table of two tenants with a policy, and a role that it holds for. Roles are the whole server's. */
  async function make(mode: GuardMode = 'strict') {
    const { url, port, name: database } = await testDatabase({ server })
    const suffix = randomUUID().slice(0, 8)
    const role = (name: string) => `${name}_${suffix}`
    const admin = (text: string) => withConnection(url, async (client) => (await client.query(text)).rows as unknown[])
    await admin(`
      create role ${role('app')} login; create role ${role('owner')} login; create role ${role('free')} login bypassrls;
      create table orders (tenant_id text not null, item text not null);
      insert into orders values ('acme', 'a1'), ('beta', 'b1'), ('beta', 'b2');
      alter table orders enable row level security;
      create policy own on orders using (tenant_id = current_setting('trimtab.tenant', true));
      grant select, insert, delete on orders to ${role('app')}, ${role('free')};
      alter table orders owner to ${role('owner')}`)
    onTestFinished(() =>
      admin(`drop owned by ${role('app')}, ${role('free')}, ${role('owner')} cascade;
      drop role ${role('app')}, ${role('free')}, ${role('owner')}`).then(() => undefined),
    )
    const guard = createGuard({ context, clock: createManualClock(), mode })
    const poolAs = (user: string) => {
      const pool = new Pool({ host: '127.0.0.1', port, database, user, max: 2 })
      pool.on('error', () => {})
      onTestFinished(() => pool.end())
      return pool
    }
    const pool = poolAs(role('app'))
    const read = async (tenant: string, sql: GuardedSql) => {
      const { rows } = await context.run(tenant, () => sql.query<{ item: string }>(items))
      return rows.map(({ item }) => item)
    }
    return { guard, sql: guard.sql(pool), pool, poolAs, role, admin, read }
  }

  it('shows each tenant its own rows, one after another on the same connections', async () => {
    const { sql, read, pool } = await make()
    const seen = await Promise.all(['acme', 'beta', 'gamma', 'acme', 'beta'].map((tenant) => read(tenant, sql)))
    expect(seen).toEqual([['a1'], ['b1', 'b2'], [], ['a1'], ['b1', 'b2']])
    // The setting has gone with its transaction.
    expect((await pool.query(items)).rows).toEqual([])
    expect([pool.totalCount <= 2, pool.idleCount]).toEqual([true, pool.totalCount])
  })

  it('lets nobody write for another, and undoes what came before', async () => {
    const { sql, admin } = await make()
    const writing = context.run('acme', () =>
      sql.transaction(async (client) => {
        await client.query('insert into orders values ($1, $2)', ['acme', 'a2'])
        await client.query('insert into orders values ($1, $2)', ['beta', 'b3'])
      }),
    )
    await expect(writing).rejects.toEqual(code('42501'))
    await context.run('acme', () => sql.query('delete from orders'))
    expect(await admin(items)).toEqual([{ item: 'b1' }, { item: 'b2' }])
  })

  it('refuses roles that the policies do not hold for', async () => {
    const { guard, poolAs, role, admin, read } = await make()
    const refused = code('row_security_bypassed')
    await expect(read('acme', guard.sql(poolAs('postgres')))).rejects.toEqual(refused)
    await expect(read('acme', guard.sql(poolAs(role('free'))))).rejects.toEqual(refused)
    const owner = guard.sql(poolAs(role('owner')))
    await expect(read('acme', owner)).rejects.toThrow(/owner of orders: run ALTER TABLE orders FORCE/)
    await admin('alter table orders force row level security')
    await expect(read('acme', owner)).resolves.toEqual(['a1'])
    const lowered = poolAs('postgres')
    lowered.on('connect', (client) => void client.query(`set role ${role('app')}`))
    await expect(read('acme', guard.sql(lowered))).rejects.toEqual(refused)
  })

  it('shows nobody anything outside of a tenant', async () => {
    const strict = await make()
    await expect(strict.sql.query(items)).rejects.toEqual(code('tenant_context_missing'))
    const lenient = await make('lenient')
    expect((await lenient.sql.query(items)).rows).toEqual([])
    expect(lenient.guard.violations()).toHaveLength(1)
  })

  it('throws what a transaction failed by, though its work has caught it', async () => {
    const { sql, admin } = await make()
    const working = context.run('acme', () =>
      sql.transaction(async (client) => {
        await client.query("insert into orders values ('acme', 'a2')")
        await client.query('select 1 / 0').catch(() => {})
      }),
    )
    await expect(working).rejects.toThrow(/division by zero/)
    expect(await admin("select item from orders where item = 'a2'")).toEqual([])
  })

  it('goes on after a caller has gone and after a connection was cut', async () => {
    const { sql, admin, read, pool } = await make()
    const controller = new AbortController()
    const gone = context.run('acme', () =>
      sql.transaction(
        async (client) => {
          await client.query('select 1')
          controller.abort(new Error('gone'))
          await client.query('select pg_sleep(60)')
        },
        { signal: controller.signal },
      ),
    )
    await expect(gone).rejects.toThrow('gone')
    const cut = context.run('acme', () =>
      sql.transaction(async (client) => {
        const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
        await admin(`select pg_terminate_backend(${rows[0]?.pid})`)
        await client.query('select 1')
      }),
    )
    await expect(cut).rejects.toThrow()
    await expect(read('acme', sql)).resolves.toEqual(['a1'])
    expect([pool.totalCount, pool.idleCount]).toEqual([1, 1])
  })
})
