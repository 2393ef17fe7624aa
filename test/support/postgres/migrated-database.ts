import { migrate, pgDatabase } from '../../../packages/trimtab/src/postgres/index.ts'
import { type TestDatabase, testDatabase, type TestServer, testServer, testTemplate } from './database.ts'

/** A database of the running test with an empty store in the schema `trimtab`. */
export async function migratedDatabase(server: TestServer = testServer()): Promise<TestDatabase> {
  const template = await testTemplate('migrated_store', fill, server)
  return testDatabase({ server, template })
}

async function fill(url: string): Promise<void> {
  const database = pgDatabase({ connectionString: url })
  await migrate(database)
  await database.close()
}
