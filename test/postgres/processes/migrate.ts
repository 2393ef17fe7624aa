import { migrate, pgDatabase } from '../../../packages/trimtab/src/postgres/index.ts'

/** Migrates the database of its first argument, and sends the report. */
const database = pgDatabase({ connectionString: String(process.argv[2]) })
const report = await migrate(database)
await database.close()
process.send?.(report)
process.disconnect()
