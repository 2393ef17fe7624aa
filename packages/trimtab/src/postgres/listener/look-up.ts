import { sqlStateName, sqlStateOf } from '../failure/sql-states.ts'
import { describeFailure } from '../failure/store-failure.ts'
import { quoteIdentifier } from '../identifier.ts'
import { missingTrigger } from '../migrations/missing-parts.ts'
import type { PgRow } from '../pg-like.ts'
import type { FollowedSchema } from './followed-schema.ts'

export type Ask = (text: string, values: readonly unknown[]) => Promise<readonly PgRow[]>

/**
 * Looks up the heads of a store's followed environments, wakes the readers of those that have moved, and notes what
 * stands in the way of being told. Throws where the database can't be reached.
 */
export async function lookUp(
  schema: FollowedSchema,
  ask: Ask,
  { isListening, isForSeveralUsers }: { readonly isListening: boolean; readonly isForSeveralUsers: boolean },
): Promise<void> {
  const table = `${quoteIdentifier(schema.name)}.environments`
  const text = `select name, revision::text as revision, hash, 'head' as kind from ${table}
      where name in (select json_array_elements_text($1::text::json))
    union all
    select null, null, null, 'trigger' from pg_trigger
      where tgrelid = to_regclass($2) and tgname = 'notify_readers' and tgenabled in ('O', 'A')`
  try {
    const rows = await ask(text, [JSON.stringify(schema.environments), table])
    schema.obstacle = rows.some((row) => row['kind'] === 'trigger') ? undefined : missingTrigger(schema.name)
    schema.compare(
      rows.filter((row) => row['kind'] === 'head'),
      isListening && schema.obstacle === undefined,
    )
  } catch (error) {
    const state = sqlStateOf(error)
    // Of the connection, the user, or the server as a whole: none of this store's own.
    if (state === undefined || /^(08|28|3D|53|57P)/.test(state)) throw error
    const isOfOthers = isForSeveralUsers && sqlStateName(state) === 'insufficient_privilege'
    schema.obstacle = isOfOthers ? await lookForTrigger(schema, ask) : describeFailure(error)
  }
}

/** Where this user may not read: that notifications are sent is all that it can know. What one tells is read by others. */
async function lookForTrigger({ name }: FollowedSchema, ask: Ask): Promise<string | undefined> {
  const text = `select tgname from pg_trigger where tgname = 'notify_readers' and tgenabled in ('O', 'A') and tgrelid =
    (select oid from pg_class where relname = 'environments' and relnamespace =
      (select oid from pg_namespace where nspname = $1))`
  const { length } = await ask(text, [name])
  return length > 0 ? undefined : missingTrigger(name)
}
