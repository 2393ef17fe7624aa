import { quoteIdentifier, type SchemaName } from '../identifier.ts'

/** The statements of one store. All that they give is text: JSON in the column `answer`, or columns of their own. */
export interface Statements {
  readonly prepare: string
  readonly loadAll: string
  readonly loadScope: string
  readonly append: string
  /** When a revision was, by its number and hash. */
  readonly find: string
  readonly following: string
  readonly revisions: (order: 'oldest_first' | 'newest_first') => string
  readonly prune: string
  readonly putSchema: string
  readonly markLive: string
  readonly schemas: string
  readonly environments: string
}

export function createStatements(schema: SchemaName): Statements {
  const name = quoteIdentifier(schema)
  const head = `json_build_object('revision', e.revision, 'hash', e.hash,
    'oldest', (select min(r.revision) from ${name}.revisions r where r.environment = e.id))`
  const milliseconds = (column: string) => `floor(extract(epoch from ${column}) * 1000)`
  const registered = `json_build_object('version', s.version, 'key', s.ordinal || '@' || extract(epoch from s.registered_at),
    'schema', case when s.ordinal || '@' || extract(epoch from s.registered_at) = any(array(select json_array_elements_text($2::text::json))) then null else s.schema end,
    'at', ${milliseconds('s.registered_at')}, 'live', coalesce(s.live_until > clock_timestamp(), false))`
  const revision = `json_build_object('revision', r.revision, 'hash', r.hash, 'parent', r.parent, 'author', r.author,
    'message', r.message, 'rollbackTo', r.rollback_to, 'at', ${milliseconds('r.at')}, 'changes', (
      select coalesce(json_agg(json_build_object('t', c.tenant, 'p', c.path, 'b', c.previous::text, 'a', c.next::text)
        order by c.ordinal), '[]')
      from ${name}.changes c where c.environment = r.environment and c.revision = r.revision))::text`

  return {
    prepare: `
      select json_build_object('head', (select ${head} from ${name}.environments e where e.name = $1), 'schemas', (
        select json_agg(${registered} order by s.ordinal desc) from ${name}.schemas s
        where s.app = split_part($1, '/', 1) and (s.live_until > clock_timestamp()
          or s.ordinal = (select max(n.ordinal) from ${name}.schemas n where n.app = s.app))))::text as answer`,
    loadAll: load(name, ''),
    loadScope: load(name, 'and n.tenant = $2'),
    append: `select ${name}.append($1::text::integer, $2, $3::text::bigint, $4, $5, $6, $7, $8::text::bigint, $9::text::jsonb) as answer`,
    find: `
      select ${milliseconds('r.at')}::text as answer from ${name}.environments e join ${name}.revisions r on r.environment = e.id
      where e.name = $1 and r.revision = $2::text::bigint and r.hash = $3`,
    following: `
      with e as (select id, revision, hash from ${name}.environments where name = $1)
      select 'head' as kind, ${head}::text as answer from e
      union all
      select 'hash', coalesce((select r.hash from ${name}.revisions r where r.environment = e.id and r.revision = $2::text::bigint),
        (select r.parent from ${name}.revisions r where r.environment = e.id and r.revision = $2::text::bigint + 1)) from e
      union all
      select 'revision', answer from (
        select ${revision} as answer from e join ${name}.revisions r on r.environment = e.id
        where r.revision > $2::text::bigint order by r.revision limit $3::text::integer) later`,
    revisions: (order) => `
      select ${revision} as answer from ${name}.environments e join ${name}.revisions r on r.environment = e.id
      where e.name = $1 and r.revision > $2::text::bigint and r.revision < $3::text::bigint
        and (($5::text is null and $6::text is null) or exists (
          select from ${name}.changes c
          where c.environment = r.environment and c.revision = r.revision and ($5::text is null or c.tenant = $5)
            and ($6::text is null or ($6 = '' and c.path is not null) or c.path = $6
              or starts_with(c.path, $6 || '.') or starts_with(c.path, $6 || '['))))
      order by r.revision ${order === 'oldest_first' ? '' : 'desc'} limit $4::text::integer`,
    prune: `select ${name}.prune($1::text::integer, $2, $3::text::bigint)::text`,
    putSchema: `select ${name}.put_schema($1::text::integer, $2, $3, $4::text::json)::text`,
    markLive: `select ${name}.mark_live($1::text::integer, $2, $3, $4::text::double precision)::text as answer`,
    schemas: `select ${registered}::text as answer from ${name}.schemas s where s.app = $1 order by s.ordinal desc`,
    environments: `select name as answer from ${name}.environments where revision > 0 order by name`,
  }
}

/** One statement, so that all of it is of one moment. */
function load(name: string, scope: string): string {
  return `
    with e as (select id, revision, hash from ${name}.environments where name = $1)
    select 'head' as kind, null as tenant, null as path, e.revision::text as revision, e.hash as value from e
    union all
    select 'state', n.tenant, null, null, n.state from e join ${name}.tenants n on n.environment = e.id where true ${scope}
    union all
    select 'entry', n.tenant, n.path, n.revision::text, n.value::text
    from e join ${name}.entries n on n.environment = e.id where true ${scope}`
}
