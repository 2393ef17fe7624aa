import { isDeepStrictEqual } from 'node:util'
import { genesis } from '../../../store/cursor.ts'
import { verifyChain } from '../../../store/history/verify-chain.ts'
import type { Revision } from '../../../store/revision.ts'
import { assertThat, type ContractCase } from '../contract-case.ts'
import {
  assertRejects,
  assertSame,
  contentOf,
  describeResult,
  environment,
  type StoreBench,
  type StoreSession,
  tenant,
} from './store-session.ts'

/** What history, earlier revisions, rollback and pruning promise. */
export function historyCases({ test }: StoreBench): readonly ContractCase[] {
  return [
    test('history has every publish, the newest first, chained by hash', async ({ store, publish }) => {
      const published = [
        await publish({ scope: environment, path: 'a', value: { b: 1, c: [1.5, null, 'x'] } }),
        await publish({ scope: environment, path: 'a.b', value: 2 }, { scope: tenant, path: 'x', value: {} }),
        await publish({ scope: environment, path: 'a', remove: true }, { scope: tenant, state: 'suspended' }),
      ]
      const history = await store.history(environment)
      assertThat(sameRevisions(history, published.toReversed()), 'history is not what was published')
      const since = await store.since(environment, genesis, 10)
      assertThat(since.kind === 'changes' && sameRevisions(since.revisions, published), 'since() gives something else')
      assertThat(verifyChain(since.revisions, genesis) === undefined, 'the hashes do not fit what history holds')
      const times = history.map(({ at }) => at)
      assertThat(
        times.every((at) => Number.isFinite(at) && at > 0),
        'a revision has no time',
      )
      assertThat(
        isDeepStrictEqual(
          times,
          times.toSorted((a, b) => b - a),
        ),
        'the times are not in order',
      )
    }),
    test('history is given in pages', async (session) => {
      const { store } = session
      await publishCounts(session, 7)
      const numbers = async (query: { readonly before?: number; readonly limit?: number }) => {
        return (await store.history(environment, query)).map(({ cursor }) => cursor.revision)
      }
      assertSame(await numbers({ limit: 3 }), [7, 6, 5], 'the first page')
      assertSame(await numbers({ limit: 3, before: 5 }), [4, 3, 2], 'the second page')
      assertSame(await numbers({ limit: 3, before: 2 }), [1], 'the last page')
      assertSame(await numbers({ before: 1 }), [], 'what is before the first')
    }),
    test('history can be asked for a scope and for a path', async ({ store, publish }) => {
      await publish({ scope: environment, path: 'pool', value: { max: 1, url: 'x' } })
      await publish({ scope: environment, path: 'pools', value: 1 })
      await publish({ scope: tenant, path: 'pool.max', value: 2 })
      await publish({ scope: tenant, state: 'suspended' })
      await publish(
        { scope: environment, path: 'pool["a.b"]', value: 1 },
        { scope: `${environment}/a`, path: 'q', value: 1 },
      )
      const numbers = async (query: { readonly scope?: string; readonly path?: string }) => {
        return (await store.history(environment, query)).map(({ cursor }) => cursor.revision)
      }
      assertSame(await numbers({ scope: environment }), [5, 2, 1], 'those of the environment itself')
      assertSame(await numbers({ scope: tenant }), [4, 3], 'those of a tenant')
      assertSame(await numbers({ path: 'pool' }), [5, 3, 1], 'those of a path')
      assertSame(await numbers({ path: 'pool.max' }), [3, 1], 'those of a leaf')
      assertSame(await numbers({ path: 'pool["a.b"]' }), [5], 'those of a quoted key')
      assertSame(await numbers({ path: 'pool', scope: environment }), [5, 1], 'those of a path in a scope')
      assertSame(await numbers({ path: '' }), [5, 3, 2, 1], 'those with any leaf')
      assertSame(await numbers({ path: 'po_l' }), [], 'those of a path with a letter that databases may take for any')
      assertSame(await numbers({ scope: `${environment}/ACME` }), [], 'those of nobody')
    }),
    test('an earlier revision is read as it was', async ({ store, publish }) => {
      await publish(
        { scope: environment, path: '', value: { a: 1, b: { c: 2 } } },
        { scope: tenant, path: 'x', value: 1 },
      )
      await publish({ scope: environment, path: 'b', value: 3 })
      await publish({ scope: environment, path: 'a', remove: true }, { scope: tenant, state: 'removed' })
      const first = await store.read(environment, 1)
      assertSame(first.tree, { a: 1, b: { c: 2 } }, 'revision 1')
      assertSame(Object.fromEntries(first.setBy), { a: 1, 'b.c': 1 }, 'what set it')
      const second = await store.read(environment, 2)
      assertSame(second.tree, { a: 1, b: 3 }, 'revision 2')
      assertSame(Object.fromEntries(second.setBy), { a: 1, b: 2 }, 'what set it')
      assertSame((await store.read(tenant, 2)).tree, { x: 1 }, 'the tenant at revision 2')
      assertSame((await store.read(tenant)).tree, {}, 'the tenant now')
      assertSame((await store.read(environment, 0)).tree, {}, 'revision 0')
      const [, , oldest] = await store.history(environment)
      assertThat(isDeepStrictEqual(first.cursor, oldest?.cursor), 'the cursor of revision 1 is another')
      await assertRejects(store.read(environment, 4), 'cursor_unknown', 'a revision to come')
    }),
    test('a rollback is a new revision with the old values', async ({ store, publish, terms, document }) => {
      await publish(
        { scope: environment, path: '', value: { a: 1, b: { c: 2 } } },
        { scope: tenant, path: 'x', value: 1 },
      )
      const then = contentOf(await document())
      await publish({ scope: environment, path: 'b', value: 3 }, { scope: tenant, path: '', remove: true })
      await publish(
        { scope: environment, path: 'd.e', value: [] },
        { scope: `${environment}/new`, path: 'y', value: 1 },
      )
      const result = await store.rollback(environment, 1, await terms())
      assertThat(result.kind === 'published', `expected a new revision, received ${describeResult(result)}`)
      assertThat(result.cursor.revision === 4 && result.revision.rollbackTo === 1, 'it does not say what it is')
      assertSame(contentOf(await document()), then, 'what is there')
      const again = await store.rollback(environment, 1, await terms())
      assertThat(again.kind === 'unchanged', `expected unchanged, received ${describeResult(again)}`)
      const newest = await store.rollback(environment, 4, await terms())
      assertThat(newest.kind === 'unchanged', `expected unchanged, received ${describeResult(newest)}`)
    }),
    test('a rollback to nothing takes all values away', async ({ store, publish, terms, document }) => {
      await publish({ scope: environment, path: 'a', value: 1 }, { scope: tenant, path: 'x', value: 1 })
      assertThat((await store.rollback(environment, 0, await terms())).kind === 'published', 'it was not published')
      const { tree, overlays } = await document()
      assertSame(tree, {}, 'the tree')
      assertThat(overlays.size === 0, 'a tenant has values')
    }),
    test('a rollback leaves tenants in their states, and what was removed away', async (session) => {
      const { store, publish, terms, document } = session
      const gone = `${environment}/gone`
      await publish({ scope: tenant, path: 'x', value: 1 }, { scope: gone, path: 'x', value: 1 })
      await publish({ scope: tenant, state: 'suspended' }, { scope: gone, state: 'removed' })
      await publish({ scope: tenant, path: 'x', value: 2 })
      await store.rollback(environment, 1, await terms())
      const { overlays, states } = await document()
      assertSame(overlays.get('acme'), { x: 1 }, 'the values of a suspended tenant')
      assertThat(states.get('acme') === 'suspended', 'a suspended tenant was let in')
      assertThat(!overlays.has('gone') && states.get('gone') === 'removed', 'a removed tenant is back')
    }),
    test('a rollback is checked and refused like any publish', async ({ store, publish, terms, cursor }) => {
      const before = await cursor()
      await publish({ scope: environment, path: 'a', value: 1 })
      const stale = await store.rollback(environment, 0, await terms(before))
      assertThat(stale.kind === 'conflict', `expected a conflict, received ${describeResult(stale)}`)
      const blank = await store.rollback(environment, 0, { ...(await terms()), author: ' ' })
      assertThat(blank.kind === 'refused', `expected a refusal, received ${describeResult(blank)}`)
      await assertRejects(store.rollback(environment, 2, await terms()), 'cursor_unknown', 'a revision to come')
    }),
    test('what is pruned is forgotten, and what is in force stays', async (session) => {
      const { store, publish, document, cursor, terms } = session
      const start = await cursor()
      await publishCounts(session, 5)
      const second = (await store.history(environment)).find((revision) => revision.cursor.revision === 2)?.cursor
      const before = contentOf(await document())
      await store.prune(environment, 4)
      assertSame(
        (await store.history(environment)).map((revision) => revision.cursor.revision),
        [5, 4],
        'history',
      )
      assertSame(contentOf(await document()), before, 'what is in force')
      // The revision before the oldest is known by the hash that the oldest carries.
      assertSame((await store.read(environment, 3)).tree, { count: 3 }, 'the revision before the oldest')
      await assertRejects(store.read(environment, 2), 'cursor_unknown', 'a pruned revision')
      await assertRejects(
        store.rollback(environment, 1, await terms()),
        'cursor_unknown',
        'a rollback to a pruned revision',
      )
      for (const behind of [start, second]) {
        const since = await store.since(environment, behind ?? start, 10)
        assertThat(since.kind === 'cursor_too_old', `expected cursor_too_old, received ${since.kind}`)
        assertThat(since.current.revision === 5, 'it does not say what is current')
      }
      await store.prune(environment, 99)
      assertSame((await store.history(environment)).length, 0, 'history after all was pruned')
      const current = await store.since(environment, await cursor(), 10)
      assertThat(
        current.kind === 'changes' && current.revisions.length === 0,
        'a current reader is not current any more',
      )
      const { cursor: next } = await publish({ scope: environment, path: 'count', value: 6 })
      assertThat(next.revision === 6, 'the numbers began anew')
    }),
  ]
}

async function publishCounts({ publish }: StoreSession, most: number): Promise<void> {
  for (let count = 1; count <= most; count += 1) await publish({ scope: environment, path: 'count', value: count })
}

function sameRevisions(a: readonly Revision[], b: readonly Revision[]): boolean {
  // Through JSON: whether an absent value is left out or undefined is no difference.
  return isDeepStrictEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)))
}
