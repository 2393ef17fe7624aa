import { TrimtabError } from '../../../errors/trimtab-error.ts'
import type { SqlClient } from './sql-pool.ts'

/** Sets the tenant for the transaction and says who is connected, in one question. */
const enter = `select pg_catalog.set_config('trimtab.tenant', $1, true) as tenant,
  current_user::text as "user", session_user::text as login,
  coalesce((select bool_or(rolsuper or rolbypassrls) from pg_catalog.pg_roles where rolname in (current_user, session_user)), true) as bypasses`

/** Row security does not hold for the owner of a table, and all who may act as the owner, unless it is forced. */
const ownTable = `select c.oid::pg_catalog.regclass::text as name from pg_catalog.pg_class c
  where c.relrowsecurity and not c.relforcerowsecurity
  and (pg_catalog.pg_has_role(current_user, c.relowner, 'usage') or pg_catalog.pg_has_role(session_user, c.relowner, 'usage')) limit 1`

/** Enters a transaction as a tenant. */
export interface BoundRole {
  /** Throws `row_security_bypassed` for a role that policies don't hold for. */
  enter(client: SqlClient, tenant: string): Promise<void>
}

/** The role is looked at in every transaction, because a connection may change its own; tables once for each role. */
export function createBoundRole(): BoundRole {
  const sound = new Set<string>()
  return {
    async enter(client, tenant) {
      const { rows } = await client.query(enter, [tenant])
      const [row] = rows
      const role = JSON.stringify([row?.['user'], row?.['login']])
      if (row?.['bypasses'] !== false)
        throw bypassed(`connects as ${role}, of which one is a superuser or has BYPASSRLS`)
      if (row['tenant'] !== tenant) throw bypassed('did not take the tenant for the transaction')
      if (sound.has(role)) return
      const [table] = (await client.query(ownTable)).rows
      if (table !== undefined)
        throw bypassed(
          `connects as ${role}, who may act as the owner of ${String(table['name'])}: ` +
            `run ALTER TABLE ${String(table['name'])} FORCE ROW LEVEL SECURITY`,
        )
      sound.add(role)
    },
  }
}

function bypassed(why: string): TrimtabError {
  return new TrimtabError(
    'row_security_bypassed',
    `The pool of guard.sql() ${why}. It needs a role that policies hold for.`,
  )
}
