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
  const revision = `${name}.revision_as_json(r)`

  return {
    prepare: `select ${name}.prepare_publish($1, $2::text::json) as answer`,
    loadAll: load(name, ''),
    loadScope: load(name, 'and n.tenant = $2'),
    append: `select ${name}.append($1::text::integer, $2, $3::text::bigint, $4, $5, $6, $7, $8::text::bigint, $9::text::jsonb, $10) as answer`,
    find: `
      select floor(extract(epoch from r.at) * 1000)::text as answer from ${name}.environments e join ${name}.revisions r on r.environment = e.id
      where e.name = $1 and r.revision = $2::text::bigint and r.hash = $3`,
    following: `select kind, answer from ${name}.following($1, $2::text::bigint, $3::text::integer)`,
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
    markLive: `select ${name}.mark_live($1::text::integer, $2, $3, $4::text::double precision) as answer`,
    schemas: `select ${name}.registered_schema(s, $2::text::json)::text as answer from ${name}.schemas s where s.app = $1 order by s.ordinal desc`,
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
