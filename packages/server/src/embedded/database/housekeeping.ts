import type { PGlite } from '@electric-sql/pglite'

/** What a server does in the background, and nobody does in a process that has a PostgreSQL to itself. */
export interface Housekeeping {
  /** A statement has been run. Does now and then what is due, after it. */
  note(): void
  /** Resolves when nothing is under way, and nothing begins any more. */
  finish(): Promise<void>
}

/** How often it is looked whether something is due; a look takes less than a statement. */
const statementsBetweenLooks = 256
/** How much is written, and has to be read again after a crash, before everything is brought to its place. */
const bytesBetweenCheckpoints = 8 * 2 ** 20

export function createHousekeeping(pglite: Pick<PGlite, 'query' | 'exec'>): Housekeeping {
  let statements = 0
  let isOver = false
  let underWay: Promise<void> | undefined

  const look = async () => {
    const { rows } = await pglite.query<{ bytes: string }>(
      `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn)::text as bytes from pg_control_checkpoint()`,
    )
    if (Number(rows[0]?.bytes) < bytesBetweenCheckpoints || isOver) return
    const tables = await pglite.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname !~ '^(pg_|information_schema)'`,
    )
    if (tables.rows.length > 0) await pglite.exec(`vacuum (analyze) ${tables.rows.map(({ name }) => name).join(', ')}`)
    await pglite.exec('checkpoint')
  }
  return {
    note() {
      statements += 1
      if (statements < statementsBetweenLooks || underWay !== undefined || isOver) return
      statements = 0
      underWay = look()
        // The next publish says what is wrong with the disk.
        .catch(() => {})
        .then(() => {
          underWay = undefined
        })
    },
    async finish() {
      isOver = true
      await underWay
    },
  }
}
