import { randomUUID } from 'node:crypto'
import { Pool } from 'pg'
import { createPlane, defineConfig, type GuardedClient, type GuardedSql, objectSource, type Plane } from 'trimtab'
import { scriptedOverlays } from 'trimtab/testing'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import { type TestServer, testDatabase, withConnection } from '../../support/postgres/database.ts'

const write = 'insert into orders values ($1, $2)'

/** A service whose orders stand in a table with row-level security. */
export class RowsWorld implements AsyncDisposable {
  readonly #server: TestServer
  readonly #role = `shop_${randomUUID().slice(0, 8)}`
  #database: { readonly name: string; readonly port: number } | undefined
  #plane: Plane<unknown> | undefined
  #pool: Pool | undefined
  #sql: GuardedSql | undefined
  /** What the last work got, or met. */
  rows: readonly string[] = []
  error: unknown

  constructor(server: TestServer) {
    this.#server = server
  }

  get plane(): Plane<unknown> {
    if (this.#plane === undefined) throw new Error('The shop is not connected')
    return this.#plane
  }

  async fill(orders: readonly (readonly string[])[]): Promise<void> {
    const { url, name, port } = await testDatabase({ server: this.#server })
    this.#database = { name, port }
    const role = this.#role
    await withConnection(url, async (client) => {
      await client.query(`
        create role ${role} login;
        create table orders (tenant_id text not null, item text not null);
        alter table orders enable row level security;
        create policy own_rows on orders using (tenant_id = current_setting('trimtab.tenant', true));
        grant select, insert on orders to ${role}`)
      for (const order of orders) await client.query(write, [...order])
    })
    // Roles are the whole server's.
    onTestFinished(() =>
      withConnection(url, async (client) => {
        await client.query(`drop owned by ${role}; drop role ${role}`)
      }),
    )
  }

  async connect(user: string = this.#role): Promise<void> {
    if (this.#database === undefined) throw new Error('There is no database')
    const { name, port } = this.#database
    const overlays = scriptedOverlays({ trees: { acme: {}, globex: {}, initech: {} } })
    const config = defineConfig(z.object({}))
    this.#plane = await createPlane({ config, sources: [objectSource({})], tenants: { overlays }, logger: false })
    this.#pool = new Pool({ host: '127.0.0.1', port, database: name, user, max: 2 })
    this.#pool.on('error', () => {})
    this.#sql = this.#plane.guard.sql(this.#pool)
  }

  read(tenant: string | undefined): Promise<void> {
    return this.#attempt(tenant, async (sql) => {
      const { rows } = await sql.query<{ item: string }>('select item from orders order by item')
      this.rows = rows.map(({ item }) => item)
    })
  }

  /** All of it in one transaction. */
  within(tenant: string, work: (client: GuardedClient) => Promise<unknown>): Promise<void> {
    return this.#attempt(tenant, (sql) => sql.transaction(work))
  }

  async write(client: GuardedClient, tenant: string, item: string): Promise<void> {
    await client.query(write, [tenant, item])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#plane?.close()
    await this.#pool?.end()
  }

  async #attempt(tenant: string | undefined, work: (sql: GuardedSql) => Promise<unknown>): Promise<void> {
    const sql = this.#sql
    if (sql === undefined) throw new Error('The shop is not connected')
    this.rows = []
    this.error = undefined
    try {
      await (tenant === undefined ? work(sql) : this.plane.tenants.run(tenant, () => work(sql)))
    } catch (error) {
      this.error = error
    }
  }
}
