import type { PgRow, PgSession } from '../pg-like.ts'
import type { PgClientLike } from './pg-types.ts'

/** A client of `pg` as a session. */
export function sessionOf(client: PgClientLike): PgSession {
  return {
    async query(text, values = []) {
      const { rows } = await client.query(text, [...values])
      // Without a rowMode of its own, pg makes each row an object.
      return rows as PgRow[]
    },
    async exec(script) {
      await client.query(script)
    },
  }
}
