import { expect, test } from 'vitest'
import { deferred } from '../../primitives/concurrency/deferred.ts'
import type { PgLike, PgListeningSession } from '../pg-like.ts'
import { createRovingDatabase } from './roving-database.ts'

/** A way to a database that says who asked, or refuses them. */
function wayOf(user: string) {
  const state = { refusal: undefined as string | undefined, sessions: 0 }
  const ask = () => {
    if (state.refusal !== undefined)
      throw Object.assign(new Error('refused'), { code: state.refusal, severity: 'FATAL' })
  }
  const database: PgLike = {
    async query() {
      ask()
      return [{ user }]
    },
    transaction: () => Promise.reject(new Error('not asked for')),
    async openListener() {
      ask()
      state.sessions += 1
      const ended = deferred<unknown>()
      const session: PgListeningSession = {
        query: async () => [{ user }],
        exec: async () => {},
        ended: ended.promise,
        end() {
          state.sessions -= 1
          ended.resolve(undefined)
        },
      }
      return session
    },
    renew() {},
    close: async () => {},
  }
  return { database, user, state }
}

const { signal } = new AbortController()

test('goes by whoever came last, and by another where that one is refused', async () => {
  const roving = createRovingDatabase()
  const [old, next] = [wayOf('old'), wayOf('next')]
  await expect(roving.query('')).rejects.toThrow('closed')
  roving.join(old)
  roving.join(next)
  expect(await roving.query('')).toEqual([{ user: 'next' }])
  next.state.refusal = '28P01'
  await expect(roving.query('')).rejects.toThrow('refused')
  expect(await roving.query('')).toEqual([{ user: 'old' }])
  // What has nothing to do with who asks is no reason to ask as another.
  old.state.refusal = '57P03'
  await expect(roving.query('')).rejects.toThrow('refused')
  old.state.refusal = undefined
  expect(await roving.query('')).toEqual([{ user: 'old' }])
})

test('keeps no session open as somebody who has left', async () => {
  const roving = createRovingDatabase()
  const [old, next, sameAsNext] = [wayOf('old'), wayOf('next'), wayOf('next')]
  roving.join(old)
  await roving.openListener(() => {}, signal)
  roving.join(next)
  expect(roving.leave(old)).toBe(1)
  expect(old.state.sessions).toBe(0)
  await roving.openListener(() => {}, signal)
  roving.join(sameAsNext)
  expect(roving.leave(next)).toBe(1)
  expect(next.state.sessions).toBe(1)
  expect(roving.leave(next)).toBe(1)
  expect(roving.leave(sameAsNext)).toBe(0)
  expect(next.state.sessions).toBe(0)
})
