import type { Migration } from './migration.ts'

/**
 * The tables of a store. The script is run with a search path of the store's schema alone, and functions that have the rights of
 * the owner are bound to it.
 */
export const store: Migration = {
  number: 1,
  name: 'store',
  isBreaking: false,
  sql: `
-- What columns may hold. As domains and not as checks of the tables: those are parsed and planned anew by each statement, which takes
-- a tenth of a publish, and are checked by it for columns too that it leaves alone.
create domain environment_name as text collate "C"
  check (value ~ '^[A-Za-z0-9][A-Za-z0-9_.-]*/[A-Za-z0-9][A-Za-z0-9_.-]*$' and length(split_part(value, '/', 1)) <= 128
    and length(split_part(value, '/', 2)) <= 128);
create domain revision_number as bigint check (value >= 0);
create domain revision_hash as text check (length(value) <= 128);
create domain author_name as text check (length(value) between 1 and 256);
create domain message_text as text check (length(value) between 1 and 4000);
create domain scope_name as text collate "C" check (length(value) <= 128);
create domain tenant_state as text check (value in ('active', 'suspended', 'removed'));
create domain leaf_path as text collate "C" check (length(value) between 1 and 512);
create domain leaf_value as jsonb check (pg_column_size(value) <= 4194304);
create domain app_name as text collate "C" check (length(value) between 1 and 128);
create domain version_name as text collate "C" check (length(value) between 1 and 256);
create domain schema_text as json check (octet_length(value::text) <= 1048576);

-- An environment and how far its history goes.
create table environments (
  id integer generated always as identity primary key,
  name environment_name not null unique,
  revision revision_number not null default 0,
  hash revision_hash not null default ''
);
-- Two names may not differ in letter case alone.
create unique index environments_folded on environments (lower(name));

create table revisions (
  environment integer not null,
  revision revision_number not null,
  hash revision_hash not null,
  parent revision_hash not null,
  author author_name not null,
  message message_text not null,
  rollback_to revision_number,
  at timestamptz not null default clock_timestamp(),
  primary key (environment, revision)
);

-- What a revision did, one leaf or one state of a tenant each. The tenant '' is the environment itself, a path that is null
-- stands for the state of the tenant, and a value that is null for none: JSON's null is 'null'.
create table changes (
  environment integer not null,
  revision revision_number not null,
  ordinal integer not null,
  tenant scope_name not null default '',
  path leaf_path,
  previous leaf_value,
  next leaf_value,
  primary key (environment, revision, ordinal)
);
create index changes_of_tenant on changes (environment, tenant, revision);

-- What is in force: the leaves, each with the revision that set it.
create table entries (
  environment integer not null,
  tenant scope_name not null default '',
  path leaf_path not null,
  value leaf_value not null,
  revision revision_number not null default 0,
  primary key (environment, tenant, path)
);

create table tenants (
  environment integer not null,
  tenant scope_name not null check (tenant <> ''),
  state tenant_state not null,
  primary key (environment, tenant)
);

-- As JSON text and not as jsonb: the order of fields is the order in which people see them.
create table schemas (
  app app_name not null,
  version version_name not null,
  schema schema_text not null,
  registered_at timestamptz not null,
  ordinal bigint generated always as identity,
  live_until timestamptz,
  primary key (app, version)
);

-- A connection whose setting trimtab.tenant names a tenant sees, and writes, what is that tenant's. Owners too.
alter table changes enable row level security;
alter table changes force row level security;
create policy own_tenant on changes using (coalesce(current_setting('trimtab.tenant', true), '') in ('', tenant));
alter table entries enable row level security;
alter table entries force row level security;
create policy own_tenant on entries using (coalesce(current_setting('trimtab.tenant', true), '') in ('', tenant));
alter table tenants enable row level security;
alter table tenants force row level security;
create policy own_tenant on tenants using (coalesce(current_setting('trimtab.tenant', true), '') in ('', tenant));
alter table revisions enable row level security;
alter table revisions force row level security;
create policy of_own_tenant on revisions using (
  coalesce(current_setting('trimtab.tenant', true), '') = ''
  or exists (select from changes where changes.environment = revisions.environment and changes.revision = revisions.revision)
);

-- One notification a revision, on the channel that is called as the schema: the revision and the environment.
create function notify_readers() returns trigger language plpgsql as $$
begin
  perform pg_notify(tg_table_schema, new.revision || ' ' || new.name);
  return null;
end $$;
create trigger notify_readers after insert or update on environments
  for each row when (new.revision > 0) execute function notify_readers();

-- Refuses programs that are older than a breaking migration. They give the newest number that they know.
create function refuse_old(known integer) returns void language plpgsql stable set search_path from current as $$
begin
  if exists (select from migrations where is_breaking and number > known) then
    raise exception using errcode = 'TT001', message = 'the store is newer than the program';
  end if;
end $$;

-- What concerns all tenants is not for a connection of one of them.
create function refuse_tenants() returns void language plpgsql stable as $$
begin
  if coalesce(current_setting('trimtab.tenant', true), '') <> '' then
    raise insufficient_privilege using message = 'a connection of one tenant may not do what concerns all';
  end if;
end $$;

-- Compare and append: all of a publish, or nothing. The changes are [{ t: tenant, p: path, b: before, a: after }], without
-- what there is not; without p it is a state. The schemas are those that it was checked against, by their keys; null where it was not to
-- be. They are compared after the head has been taken: see settle_publishes. The tables tell who writes by trimtab.writer, which is set
-- here and not by the head of the function: only superusers may name a setting there that nobody has defined.
create function append(
  p_known integer, p_environment text, p_revision bigint, p_hash text, p_parent text,
  p_author text, p_message text, p_rollback_to bigint, p_changes jsonb, p_schemas text
) returns text language plpgsql security definer
  set search_path from current set lock_timeout = '5s' as $$
declare
  v_environment integer;
  v_at timestamptz;
  v_is_old boolean;
  v_schemas text;
  v_writer text;
  v_head environments%rowtype;
begin
  -- The row is locked until the end of the transaction: revisions are allotted in the order of the commits.
  update environments set revision = p_revision, hash = p_hash
    where name = p_environment and revision = p_revision - 1 and hash = p_parent
    returning id into v_environment;
  if v_environment is null then
    select * into v_head from environments where name = p_environment;
    if not found and p_revision = 1 and p_parent = '' then
      -- One new environment after the other, so that neither of two apps whose names differ in letter case alone is overlooked.
      perform pg_advisory_xact_lock(hashtextextended(current_schema() || ' environments', 0));
      if exists (select from environments where lower(split_part(name, '/', 1)) = lower(split_part(p_environment, '/', 1) collate "C")
        and split_part(name, '/', 1) <> split_part(p_environment, '/', 1)) then return '{"kind":"name_taken"}'; end if;
      insert into environments (name, revision, hash) values (p_environment, p_revision, p_hash)
        on conflict do nothing returning id into v_environment;
      if v_environment is null then
        select * into v_head from environments where name = p_environment;
        if not found then return '{"kind":"name_taken"}'; end if;
      end if;
    end if;
    if v_environment is null then
      return json_build_object('kind', 'conflict', 'revision', coalesce(v_head.revision, 0), 'hash', coalesce(v_head.hash, ''));
    end if;
  end if;

  select exists (select from migrations where is_breaking and number > p_known), (
    select string_agg(schema_key(s.ordinal, s.registered_at), ' ' order by s.ordinal desc) from schemas s
    where s.app = split_part(p_environment, '/', 1) and (s.live_until > clock_timestamp()
      or s.ordinal = (select max(n.ordinal) from schemas n where n.app = s.app)))
    into v_is_old, v_schemas;
  if v_is_old then perform refuse_old(p_known); end if;
  if coalesce(v_schemas, '') <> p_schemas then
    raise exception using errcode = 'TT003', message = 'other schemas have a say by now';
  end if;

  v_writer := set_config('trimtab.writer', 'append', true);
  with given as (
    select ordinal, coalesce(c ->> 't', '') as tenant, c ->> 'p' as path, c -> 'b' as previous, c -> 'a' as next
    from jsonb_array_elements(p_changes) with ordinality as given (c, ordinal)
  ), kept as (
    insert into changes (environment, revision, ordinal, tenant, path, previous, next)
      select v_environment, p_revision, ordinal, tenant, path, previous, next from given
  )
  insert into entries (environment, tenant, path, value, revision)
    select v_environment, tenant, path, next, p_revision from given where path is not null and next is not null
    on conflict (environment, tenant, path) do update set value = excluded.value, revision = excluded.revision;
  -- By itself: whether it is of the connection's own tenant is told by the changes.
  insert into revisions (environment, revision, hash, parent, author, message, rollback_to)
    values (v_environment, p_revision, p_hash, p_parent, p_author, p_message, p_rollback_to)
    returning at into v_at;
  if p_changes @? '$[*] ? (exists(@.p) && !exists(@.a))' then
    delete from entries using jsonb_array_elements(p_changes) as given (c)
      where environment = v_environment and c ? 'p' and not c ? 'a'
        and tenant = coalesce(c ->> 't', '') and path = c ->> 'p';
  end if;
  if p_changes @? '$[*] ? (!exists(@.p))' then
    insert into tenants (environment, tenant, state)
      select v_environment, c ->> 't', c ->> 'a' from jsonb_array_elements(p_changes) as given (c) where not c ? 'p'
      on conflict (environment, tenant) do update set state = excluded.state;
  end if;
  v_writer := set_config('trimtab.writer', '', true);
  return '{"kind":"appended","at":' || floor(extract(epoch from v_at) * 1000) || '}';
end $$;

-- Tells the content of a schema from every other one, after a restore too.
create function schema_key(p_ordinal bigint, p_registered_at timestamptz) returns text
  language sql immutable return p_ordinal::text || '@' || extract(epoch from p_registered_at)::text;

-- Waits for the publishes that are under way and lets no other begin before the transaction ends. Who changes which schemas have a say
-- does it first: whatever is published later than that has been compared with them, and it costs those who publish nothing.
create function settle_publishes() returns void language plpgsql set search_path from current as $$
begin
  lock table environments in share mode;
end $$;

-- What is written past append becomes a revision of its own, so that no reader misses it: of whom, and with a hash that
-- tells whoever checks the chain that no publish made it.
create function note_direct_write() returns trigger language plpgsql security definer set search_path from current as $$
declare
  v_old text := 'select environment, tenant, path, value from entries where false';
  v_new text := v_old;
  v_place text := case tg_table_name when 'tenants' then $p$'' as path, to_jsonb(state) as value$p$ else 'path, value' end;
  v_environment integer;
  v_changes jsonb;
  v_head environments%rowtype;
begin
  if tg_op in ('UPDATE', 'DELETE') then v_old := 'select environment, tenant, ' || v_place || ' from old_rows'; end if;
  if tg_op in ('UPDATE', 'INSERT') then v_new := 'select environment, tenant, ' || v_place || ' from new_rows'; end if;
  for v_environment, v_changes in execute format(
    'select environment, jsonb_agg(jsonb_strip_nulls(jsonb_build_object(''t'', nullif(tenant, ''''), ''p'', nullif(path, '''')))
       || case when o.value is null then ''{}'' else jsonb_build_object(''b'', o.value) end
       || case when n.value is null then ''{}'' else jsonb_build_object(''a'', n.value) end order by tenant, path)
     from (%s) o full join (%s) n using (environment, tenant, path)
     where o.value is distinct from n.value group by environment order by environment', v_old, v_new)
  loop
    select * into v_head from environments where id = v_environment for update;
    if not found then raise foreign_key_violation using message = format('there is no environment %s', v_environment); end if;
    perform append(2147483647, v_head.name, v_head.revision + 1,
      'sql-' || encode(sha256(convert_to(v_head.hash || v_changes::text, 'UTF8')), 'hex'), v_head.hash,
      session_user::text, 'Written with SQL, not published', null, v_changes, null);
  end loop;
  return null;
end $$;
create trigger note_insert after insert on entries referencing new table as new_rows
  for each statement when (current_setting('trimtab.writer', true) is distinct from 'append')
  execute function note_direct_write();
create trigger note_update after update on entries referencing old table as old_rows new table as new_rows
  for each statement when (current_setting('trimtab.writer', true) is distinct from 'append')
  execute function note_direct_write();
create trigger note_delete after delete on entries referencing old table as old_rows
  for each statement when (current_setting('trimtab.writer', true) is distinct from 'append')
  execute function note_direct_write();
create trigger note_insert after insert on tenants referencing new table as new_rows
  for each statement when (current_setting('trimtab.writer', true) is distinct from 'append')
  execute function note_direct_write();
create trigger note_update after update on tenants referencing old table as old_rows new table as new_rows
  for each statement when (current_setting('trimtab.writer', true) is distinct from 'append')
  execute function note_direct_write();

-- History has no way to say these.
create function refuse_direct_write() returns trigger language plpgsql as $$
begin
  raise exception using errcode = 'TT002', message = format('%s of %s would leave no history', lower(tg_op), tg_table_name),
    hint = 'Delete entries with DELETE, and give a tenant the state removed.';
end $$;
create trigger refuse_truncate before truncate on entries for each statement execute function refuse_direct_write();
create trigger refuse_truncate before truncate on tenants for each statement execute function refuse_direct_write();
create trigger refuse_delete before delete on tenants for each statement execute function refuse_direct_write();

-- What readers and publishers ask most. As functions, so that the plan of each is made once on a connection, and not at each
-- call: it takes longer than the work. They run with the rights of whoever calls them, and their names are qualified in place of a
-- search path, which costs as much as a small statement.
create function prepare_publish(p_environment text, p_known json) returns text
  language plpgsql stable as $$
begin
  return json_build_object(
    'head', (
      select json_build_object('revision', e.revision, 'hash', e.hash,
        'oldest', (select min(r.revision) from {schema}.revisions r where r.environment = e.id))
      from {schema}.environments e where e.name = p_environment),
    'schemas', (
      select json_agg({schema}.registered_schema(s, p_known) order by s.ordinal desc) from {schema}.schemas s
      where s.app = split_part(p_environment, '/', 1) and (s.live_until > clock_timestamp()
        or s.ordinal = (select max(n.ordinal) from {schema}.schemas n where n.app = s.app))));
end $$;

-- What the caller knows already, by its key, is not sent again.
create function registered_schema(s {schema}.schemas, p_known json) returns json
  language plpgsql stable as $$
declare
  v_key text := {schema}.schema_key(s.ordinal, s.registered_at);
begin
  return json_build_object('version', s.version, 'key', v_key,
    'schema', case when p_known::jsonb ? v_key then null else s.schema end,
    'at', floor(extract(epoch from s.registered_at) * 1000), 'live', coalesce(s.live_until > clock_timestamp(), false));
end $$;

create function following(p_environment text, p_revision bigint, p_limit integer) returns table (kind text, answer text)
  language plpgsql stable set plan_cache_mode = force_generic_plan as $$
declare
  v_environment integer;
  v_revision bigint;
  v_hash text;
  v_oldest bigint;
  v_asked text;
begin
  select e.id, e.revision, e.hash, (select min(r.revision) from {schema}.revisions r where r.environment = e.id), coalesce(
    (select r.hash::text from {schema}.revisions r where r.environment = e.id and r.revision = p_revision),
    (select r.parent::text from {schema}.revisions r where r.environment = e.id and r.revision = p_revision + 1))
    into v_environment, v_revision, v_hash, v_oldest, v_asked
    from {schema}.environments e where e.name = p_environment;
  if not found then return; end if;
  kind := 'head';
  answer := json_build_object('revision', v_revision, 'hash', v_hash, 'oldest', v_oldest);
  return next;
  kind := 'hash';
  answer := v_asked;
  return next;
  return query select 'revision', {schema}.revision_as_json(r) from {schema}.revisions r
    where r.environment = v_environment and r.revision > p_revision order by r.revision limit p_limit;
end $$;

create function revision_as_json(r {schema}.revisions) returns text
  language plpgsql stable as $$
begin
  return json_build_object('revision', r.revision, 'hash', r.hash, 'parent', r.parent, 'author', r.author,
    'message', r.message, 'rollbackTo', r.rollback_to, 'at', floor(extract(epoch from r.at) * 1000), 'changes', (
      select coalesce(json_agg(json_build_object('t', c.tenant, 'p', c.path, 'b', c.previous::text, 'a', c.next::text)
        order by c.ordinal), '[]')
      from {schema}.changes c where c.environment = r.environment and c.revision = r.revision));
end $$;

create function prune(p_known integer, p_environment text, p_before bigint) returns void
  language plpgsql security definer set search_path from current set lock_timeout = '5s' as $$
declare
  v_environment integer;
begin
  perform refuse_old(p_known);
  perform refuse_tenants();
  select id into v_environment from environments where name = p_environment;
  delete from revisions where environment = v_environment and revision < p_before;
  delete from changes where environment = v_environment and revision < p_before;
end $$;

-- The very content that is there already is left as it is, in its place. Versions that nobody runs any more are forgotten, but for the
-- newest fifty.
create function put_schema(p_known integer, p_app text, p_version text, p_schema json) returns void
  language plpgsql security definer set search_path from current set lock_timeout = '5s' as $$
begin
  perform refuse_old(p_known);
  perform refuse_tenants();
  if exists (select from schemas where app = p_app and version = p_version and schema::jsonb = p_schema::jsonb) then return; end if;
  perform settle_publishes();
  insert into schemas (app, version, schema, registered_at) values (p_app, p_version, p_schema, clock_timestamp())
    on conflict (app, version) do update
      set schema = excluded.schema, registered_at = excluded.registered_at, ordinal = default
      where schemas.schema::jsonb <> excluded.schema::jsonb;
  delete from schemas where app = p_app and coalesce(live_until <= clock_timestamp(), true)
    and ordinal <= (select n.ordinal from schemas n where n.app = p_app order by n.ordinal desc offset 50 limit 1);
end $$;

-- Never shortens what was said before. Every publish waits for each version that lives, and so there is an end to them.
create function mark_live(p_known integer, p_app text, p_version text, p_milliseconds double precision) returns text
  language plpgsql security definer set search_path from current set lock_timeout = '5s' as $$
begin
  perform refuse_old(p_known);
  perform refuse_tenants();
  if not exists (select from schemas where app = p_app and version = p_version and live_until > clock_timestamp()) then
    perform settle_publishes();
    if (select count(*) from schemas where app = p_app and live_until > clock_timestamp()) >= 50
      and exists (select from schemas where app = p_app and version = p_version) then return 'too_many'; end if;
  end if;
  update schemas set live_until = greatest(live_until, clock_timestamp() + p_milliseconds * interval '1 millisecond')
    where app = p_app and version = p_version;
  return case when found then 'marked' else 'not_registered' end;
end $$;

revoke execute on all functions in schema {schema} from public;
`,
}
