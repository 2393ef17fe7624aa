import { expect, test } from 'vitest'
import { addressOf } from './database-address.ts'

test.each([
  ['postgres://me:secret@Db.example:6432/shop', 'db.example:6432/shop', 'me'],
  ['postgresql://me@db/shop', 'db:5432/shop', 'me'],
  ['postgres://me@db', 'db:5432/me', 'me'],
  ['postgres://m%65@db/sh%20op?application_name=x', 'db:5432/sh op', 'me'],
  ['postgres:///shop?user=me&host=/run/postgresql&port=6000', '/run/postgresql:6000/shop', 'me'],
  ['postgres://db/shop?user=you', 'db:5432/shop', 'you'],
  ['postgres://me@[::1]/shop', '[::1]:5432/shop', 'me'],
])('%s is %s, as %s', (connectionString, database, user) => {
  expect(addressOf(connectionString)).toEqual({ database, user })
})
