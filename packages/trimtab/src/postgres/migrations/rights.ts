import { describeThrown } from '../../errors/trimtab-error.ts'
import { quoteIdentifier, type SchemaName } from '../identifier.ts'
import type { PgSession } from '../pg-like.ts'

const readerFunctions = [
  'prepare_publish(text, json)',
  'registered_schema({schema}.schemas, json)',
  'schema_key(bigint, timestamptz)',
  'following(text, bigint, integer)',
  'revision_as_json({schema}.revisions)',
]
const publisherFunctions = [
  'append(integer, text, bigint, text, text, text, text, bigint, jsonb, text)',
  'prune(integer, text, bigint)',
  'put_schema(integer, text, text, json)',
  'mark_live(integer, text, text, double precision)',
]

/** The names of the functions that a reader may execute, and of those that a publisher may beside them. */
export const executable = {
  reader: readerFunctions.map(nameOfFunction),
  publisher: publisherFunctions.map(nameOfFunction),
} as const

/**
 * Makes an owner, a publisher and a reader, gives them what they may, and the owner what there is. Everything by itself,
 * because who migrates may often do some of it only: what was refused is returned, as sentences.
 */
export async function grantRights(session: PgSession, schema: SchemaName): Promise<readonly string[]> {
  const refused: string[] = []
  for (const { what, script } of steps(schema)) {
    await session.exec('savepoint rights')
    try {
      await session.exec(script)
      await session.exec('release savepoint rights')
    } catch (error) {
      await session.exec('rollback to savepoint rights')
      refused.push(`${what} was refused: ${describeThrown(error)}. Migrate as somebody who may do it.`)
    }
  }
  return refused
}

/** The same as a script, for somebody who may do all of it. */
export function rightsScript(schema: SchemaName): string {
  return steps(schema)
    .map(({ what, script }) => `-- ${what}\n${script};\n`)
    .join('\n')
}

function steps(schema: SchemaName): readonly { readonly what: string; readonly script: string }[] {
  const name = quoteIdentifier(schema)
  const [owner, publisher, reader] = ['owner', 'publisher', 'reader'].map((role) => `${schema}_${role}`)
  const [asPublisher, asReader] = [quoteIdentifier(publisher ?? ''), quoteIdentifier(reader ?? '')]
  return [
    ...[owner, publisher, reader].map((role) => ({
      what: `Creating the role ${role}`,
      // Roles are those of all databases of the server: another one may be at it in this moment.
      script: `do $do$ begin
        if not exists (select from pg_roles where rolname = '${role}') then
          begin
            create role ${quoteIdentifier(role ?? '')} nologin;
          exception when duplicate_object or unique_violation then null;
          end;
        end if;
      end $do$`,
    })),
    {
      what: 'Granting rights to the roles',
      script: `grant usage on schema ${name} to ${asPublisher}, ${asReader};
        grant select on all tables in schema ${name} to ${asPublisher}, ${asReader};
        grant execute on function ${listed(name, readerFunctions)} to ${asPublisher}, ${asReader};
        grant execute on function ${listed(name, publisherFunctions)} to ${asPublisher}`,
    },
    { what: `Handing the schema to the role ${owner}`, script: handOver(schema, owner ?? '') },
  ]
}

function handOver(schema: SchemaName, owner: string): string {
  return `do $do$ declare
    v_owner regrole := '${quoteIdentifier(owner)}';
    v_what text;
  begin
    if not pg_has_role(current_user, v_owner, 'usage') then execute format('grant %s to current_user', v_owner); end if;
    for v_what in
      select format('schema %I', nspname) from pg_namespace where nspname = '${schema}' and nspowner <> v_owner
      union all
      select format('table %I.%I', '${schema}', relname) from pg_class
        where relnamespace = '${quoteIdentifier(schema)}'::regnamespace and relkind = 'r' and relowner <> v_owner
      union all
      select format('domain %I.%I', '${schema}', typname) from pg_type
        where typnamespace = '${quoteIdentifier(schema)}'::regnamespace and typtype = 'd' and typowner <> v_owner
      union all
      select format('function %s', oid::regprocedure) from pg_proc
        where pronamespace = '${quoteIdentifier(schema)}'::regnamespace and proowner <> v_owner
    loop
      execute format('alter %s owner to %s', v_what, v_owner);
    end loop;
  end $do$`
}

function listed(name: string, functions: readonly string[]): string {
  return functions.map((each) => `${name}.${each.replaceAll('{schema}', name)}`).join(', ')
}

function nameOfFunction(signature: string): string {
  return signature.slice(0, signature.indexOf('('))
}
