import { expect, test } from 'vitest'
import { postgresDatabases } from './postgres-databases.ts'

test.each([
  [{ connectionString: 'postgres://db/config', schema: 'no schema' }, /schema/],
  [{ connectionString: 'postgres://acme:100%hunter2@db/config' }, /connectionString/],
  [{ connectionString: 'mysql://db/config' }, /connectionString/],
  [{ connectionString: 'postgres://db/config', max: 0 }, /max/],
])('a store that can not be made leaves nothing behind: %#', async (options, why) => {
  const databases = postgresDatabases()
  const failed = () => databases.store(options)
  expect(failed).toThrow(expect.objectContaining({ code: 'option_invalid', message: expect.stringMatching(why) }))
  expect(failed).toThrow(expect.objectContaining({ message: expect.not.stringContaining('hunter2') }))
  expect(databases.listeners.size).toBe(0)
  const store = databases.store({ connectionString: 'postgres://db/config' })
  expect(databases.listeners.size).toBe(1)
  await store.close()
  expect(databases.listeners.size).toBe(0)
  await databases.close()
})
