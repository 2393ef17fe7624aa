import type { PgRow } from '../pg-like.ts'
import type { SchemaName } from '../identifier.ts'
import { executable } from './rights.ts'

export type Ask = (text: string, values?: readonly unknown[]) => Promise<readonly PgRow[]>

/** What somebody has taken away from a store, or could not give it, as sentences that say what to do. */
export async function missingParts(ask: Ask, schema: SchemaName): Promise<readonly string[]> {
  const rows = await ask(
    `${missingRoles} union all ${missingRights} union all ${missingTriggers} union all ${missingPolicies}`,
    [schema, JSON.stringify(executable.reader), JSON.stringify(executable.publisher)],
  )
  return rows.map(({ kind, name, what }) => {
    const thing = String(what)
    switch (kind) {
      case 'role':
        return `There is no role ${thing}. Migrate as somebody who may create roles, or create it and migrate again.`
      case 'schema':
        return `The role ${String(name)} may not use the schema ${schema}. Migrate as the owner of the schema.`
      case 'right':
        return `The role ${String(name)} may not use ${schema}.${thing}. Migrate as the owner of the schema.`
      case 'policy':
        return `Row security of ${schema}.${thing} is off, so that a connection of one tenant sees all. Enable and force it, as migration 1 has it.`
      default:
        return name === 'notify_readers'
          ? missingTrigger(schema)
          : `The trigger ${String(name)} of ${schema}.${thing} is missing or off, so that readers may miss what is written with SQL. Create it anew, as migration 1 has it.`
    }
  })
}

export function missingTrigger(schema: SchemaName): string {
  return `The trigger notify_readers of ${schema}.environments is missing or off, so that nobody is told of revisions. Create it anew, as migration 1 has it.`
}

const namespace = `(select oid from pg_namespace where nspname = $1::text)`

const missingRoles = `
  select 'role' as kind, '' as name, $1::text || '_' || wanted.role as what
  from unnest(array['owner', 'publisher', 'reader']) as wanted (role)
  where not exists (select from pg_roles where rolname = $1::text || '_' || wanted.role)`

const missingRights = `
  select 'schema', rolname::text, '' from pg_roles
  where rolname in ($1::text || '_owner', $1::text || '_publisher', $1::text || '_reader')
    and not has_schema_privilege(oid, $1::text, 'usage')
  union all
  select 'right', role, string_agg(what, ', ' order by what) from (
    select r.rolname::text as role, c.relname::text as what from pg_roles r cross join pg_class c
    where r.rolname in ($1::text || '_publisher', $1::text || '_reader')
      and c.relnamespace = ${namespace} and c.relkind = 'r' and not has_table_privilege(r.oid, c.oid, 'select')
    union all
    select r.rolname::text, p.proname || '()' from pg_roles r cross join pg_proc p
    where p.pronamespace = ${namespace} and not has_function_privilege(r.oid, p.oid, 'execute') and (
      r.rolname in ($1::text || '_publisher', $1::text || '_reader')
        and p.proname in (select json_array_elements_text($2::text::json))
      or r.rolname = $1::text || '_publisher' and p.proname in (select json_array_elements_text($3::text::json)))
  ) as missing group by role`

const missingTriggers = `
  select 'trigger', wanted.name, wanted.relation
  from (values ('environments', 'notify_readers'), ('entries', 'note_insert'), ('entries', 'note_update'),
    ('entries', 'note_delete'), ('entries', 'refuse_truncate'), ('tenants', 'note_insert'), ('tenants', 'note_update'),
    ('tenants', 'refuse_truncate'), ('tenants', 'refuse_delete')) as wanted (relation, name)
  where not exists (
    select from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where c.relnamespace = ${namespace} and c.relname = wanted.relation and t.tgname = wanted.name and t.tgenabled in ('O', 'A'))`

const missingPolicies = `
  select 'policy', '', relname::text from pg_class
  where relnamespace = ${namespace} and relname in ('changes', 'entries', 'tenants', 'revisions')
    and not (relrowsecurity and relforcerowsecurity)`
