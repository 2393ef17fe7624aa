import { isDeepStrictEqual } from 'node:util'
import type { EnvironmentDocument } from '../../../store/document.ts'
import { replay } from '../../../store/history/replay.ts'
import { assertThat, type ContractCase } from '../contract-case.ts'
import {
  assertSame,
  assertSameDocument,
  describeResult,
  environment,
  type StoreBench,
  type StoreSession,
  tenant,
} from './store-session.ts'

/** What a reader that follows an environment is promised. */
export function feedCases({ test }: StoreBench): readonly ContractCase[] {
  return [
    test('what follows a cursor leads from one document to the other', async (session) => {
      const { store, publish, document } = session
      const start = await document()
      await publish({ scope: environment, path: 'a', value: { b: 1, c: [1] } }, { scope: tenant, path: 'x', value: 1 })
      await publish({ scope: environment, path: 'a', value: {} }, { scope: tenant, state: 'active' })
      const middle = await document()
      await publish({ scope: environment, path: 'a.b', value: null }, { scope: tenant, state: 'removed' })
      const end = await document()
      for (const from of [start, middle, end]) {
        const since = await store.since(environment, from.cursor, 100)
        assertThat(since.kind === 'changes', `expected changes, received ${since.kind}`)
        assertThat(!since.more && isDeepStrictEqual(since.cursor, end.cursor), 'it does not lead to the newest')
        assertSameDocument(replay(from, since.revisions), end, 'the document after what followed')
      }
    }),
    test('what follows is given in parts', async (session) => {
      const { store, publish, document } = session
      const start = await document()
      for (let count = 1; count <= 5; count += 1) await publish({ scope: environment, path: 'count', value: count })
      let at: EnvironmentDocument = start
      const parts: number[] = []
      for (let more = true; more; ) {
        const since = await store.since(environment, at.cursor, 2)
        assertThat(since.kind === 'changes', `expected changes, received ${since.kind}`)
        parts.push(since.revisions.length)
        at = replay(at, since.revisions)
        assertThat(isDeepStrictEqual(at.cursor, since.cursor), 'the cursor is not that of the last revision given')
        more = since.more
      }
      assertThat(parts.join() === '2,2,1', `expected parts of 2, 2 and 1, received ${parts.join()}`)
      assertSameDocument(at, await document(), 'the document after all parts')
    }),
    test('a cursor of another history is unknown', async ({ store, publish, cursor }) => {
      await publish({ scope: environment, path: 'a', value: 1 })
      await publish({ scope: environment, path: 'a', value: 2 })
      const current = await cursor()
      const others = [
        { revision: 1, hash: 'x'.repeat(43) },
        { revision: 2, hash: '' },
        { revision: 3, hash: current.hash },
        { revision: 0, hash: 'x' },
      ]
      for (const other of others) {
        const since = await store.since(environment, other, 10)
        assertThat(since.kind === 'cursor_unknown', `expected cursor_unknown, received ${since.kind}`)
        assertThat(isDeepStrictEqual(since.current, current), 'it does not say what is current')
      }
    }),
    test('after a restore readers ahead of it are told so', async (session) => {
      const { store, other, backup, publish, document, follow } = session
      if (backup === undefined) return
      await publish({ scope: environment, path: 'a', value: 1 })
      const kept = await document()
      const restore = await backup()
      await publish({ scope: environment, path: 'a', value: 2 })
      const lost = await document()
      await other.readEnvironment(environment)
      const wakeups = follow()
      await wakeups.next('when it listens')
      await restore()
      assertThat(await wakeups.next('after a restore'), 'a restore ended the wakeups')
      const ahead = await store.since(environment, lost.cursor, 10)
      assertThat(ahead.kind === 'cursor_unknown', `expected cursor_unknown, received ${ahead.kind}`)
      const restored = await store.read(environment)
      assertSame(restored.tree, kept.tree, 'what is read after the restore')
      // As many revisions as before, with other content: the number alone would not tell. And by one that has read what was
      // lost, and has to notice.
      const on = { author: 'kim', message: 'after the restore', expected: restored.cursor }
      const result = await other.publish([{ scope: environment, path: 'a', value: 3 }], on)
      assertThat(result.kind === 'published', `expected a new revision, received ${describeResult(result)}`)
      const same = await store.since(environment, lost.cursor, 10)
      assertThat(same.kind === 'cursor_unknown', `expected cursor_unknown, received ${same.kind}`)
      const behind = await store.since(environment, kept.cursor, 10)
      assertThat(behind.kind === 'changes' && behind.revisions.length === 1, 'a reader that was behind can not go on')
      assertSameDocument(replay(kept, behind.revisions), await document(), 'what such a reader has')
    }),
    test('a reader is woken when it has begun to listen, and by every publish', async (session) => {
      const { store, other, publish, follow } = session
      const [own, others] = [follow(store), follow(other)]
      for (const wakeups of [own, others]) assertThat(await wakeups.next('when it listens'), 'it ended at once')
      for (let count = 0; count < 3; count += 1) {
        const { cursor } = await publish({ scope: tenant, path: 'count', value: count })
        await Promise.all([own, others].map((wakeups) => untilRead(session, wakeups, cursor.revision)))
      }
    }),
    test('whoever is busy is woken once for all that came meanwhile', async (session) => {
      const { publish, follow } = session
      const wakeups = follow()
      await wakeups.next('when it listens')
      let last = 0
      for (let count = 0; count < 20; count += 1) {
        last = (await publish({ scope: environment, path: 'count', value: count })).cursor.revision
      }
      const woken = await untilRead(session, wakeups, last)
      assertThat(woken < 20, `woken ${woken} times for 20 publishes it had no time for`)
    }),
    test('wakeups end with their signal, and with the store', async ({ store, follow, inTime }) => {
      const aborted = store.wakeups(environment, AbortSignal.abort())[Symbol.asyncIterator]()
      const ended = await inTime('the end of wakeups whose signal had aborted', aborted.next())
      assertThat(ended.done === true, 'wakeups whose signal had aborted began')
      const [first, second] = [follow(), follow()]
      for (const wakeups of [first, second]) await wakeups.next('when it listens')
      await first.stop()
      const waiting = second.next('that ends with the store')
      await store.close()
      assertThat(!(await waiting), 'wakeups went on after the store was closed')
    }),
    test('a reader that leaves is let go', async ({ store, publish }) => {
      for await (const woken of store.wakeups(environment, new AbortController().signal)) {
        assertThat(woken === undefined, 'a wakeup carries something')
        break
      }
      await publish({ scope: environment, path: 'a', value: 1 })
    }),
    test('the state of the feed can be asked for', async ({ store }) => {
      const { kind } = store.feedStatus(environment)
      assertThat(['push', 'poll', 'connecting'].includes(kind), `received ${kind}`)
    }),
  ]
}

/** Reads after each wake-up until that revision is there; gives how often it was woken. */
async function untilRead(
  { store }: StoreSession,
  wakeups: { next(what: string): Promise<boolean> },
  revision: number,
): Promise<number> {
  for (let woken = 1; ; woken += 1) {
    assertThat(await wakeups.next(`for revision ${revision}`), 'the wakeups ended')
    if ((await store.readEnvironment(environment)).cursor.revision >= revision) return woken
  }
}
