import { isDeepStrictEqual } from 'node:util'
import { isPlainObject } from '../../../primitives/json.ts'
import { genesis } from '../../../store/cursor.ts'
import type { StoreEvent } from '../../../store/config-store.ts'
import { assertThat, type ContractCase } from '../contract-case.ts'
import {
  assertRejects,
  assertSame,
  contentOf,
  describeResult,
  environment,
  type StoreBench,
  tenant,
} from './store-session.ts'

/** What publishing promises. */
export function publishCases({ test }: StoreBench): readonly ContractCase[] {
  return [
    test('an environment that nobody has published to is empty', async ({ store, document }) => {
      const { cursor, tree, overlays, states } = await document()
      assertThat(isDeepStrictEqual(cursor, genesis), 'its cursor is not revision 0 without a hash')
      assertSame(tree, {}, 'its tree')
      assertThat(overlays.size === 0 && states.size === 0, 'it has tenants')
      assertThat((await store.environments()).length === 0, 'it is listed among the environments')
    }),
    test('what is published is what is read', async ({ store, publish, document }) => {
      const revision = await publish({
        scope: environment,
        path: 'pool',
        value: { max: 20, hosts: ['a', 'b'], tls: {} },
      })
      assertThat(revision.cursor.revision === 1 && revision.parent === '', 'the first revision is not number 1')
      assertThat(revision.author === 'dana' && revision.message === 'Black Friday', 'author or message are lost')
      const { cursor, tree } = await document()
      assertSame(tree, { pool: { max: 20, hosts: ['a', 'b'], tls: {} } }, 'the tree')
      assertThat(isDeepStrictEqual(cursor, revision.cursor), 'the cursor read is not the one published')
      const scope = await store.read(environment)
      assertSame(scope.tree, tree, 'the scope')
      assertSame([...scope.setBy.keys()].toSorted(), ['pool.hosts', 'pool.max', 'pool.tls'], 'the leaves')
      assertThat((await store.environments()).join() === environment, 'the environment is not listed')
    }),
    test('false, 0, empty text and null are values', async ({ publish, document }) => {
      const value = { no: false, zero: 0, empty: '', nothing: null, list: [], deep: { list: [null, { a: [] }] } }
      await publish({ scope: environment, path: '', value })
      assertSame((await document()).tree, value, 'the tree')
    }),
    test('text of every kind comes back as it went in', async ({ publish, document }) => {
      const texts = [
        "'; DROP TABLE trimtab; --",
        '$1',
        '\\',
        '"',
        '${x}',
        '%s',
        'ä€😀\u2028',
        '\t\n',
        ' ',
        'NaN',
        '1e999',
      ]
      const value = Object.fromEntries(texts.map((text, index) => [`k${index}`, text]))
      const byKey = Object.fromEntries(texts.filter((text) => !/[\t\n]/.test(text)).map((text) => [text, text]))
      await publish({ scope: environment, path: 'texts', value }, { scope: environment, path: 'keys', value: byKey })
      assertSame((await document()).tree, { texts: value, keys: byKey }, 'the tree')
    }),
    test('numbers come back exactly', async ({ publish, document }) => {
      const value = [0.1, 1e21, 5e-324, 1.7976931348623157e308, 9007199254740991, -1, 1 / 3, 100, 1e-7]
      await publish({ scope: environment, path: 'numbers', value })
      assertSame((await document()).tree, { numbers: value }, 'the tree')
    }),
    test('several scopes are published as one revision, or none is', async ({ publish, refused, document, cursor }) => {
      const revision = await publish(
        { scope: environment, path: 'pool.max', value: 20 },
        { scope: tenant, path: 'limits.rps', value: 5 },
        { scope: `${environment}/other`, path: 'limits.rps', value: 6 },
      )
      assertThat(revision.changes.length === 3, `expected 3 changes, received ${revision.changes.length}`)
      const before = contentOf(await document())
      await refused(
        { scope: environment, path: 'pool.max', value: 99 },
        { scope: tenant, path: 'limits.rps.deeper', value: 5 },
      )
      assertSame(contentOf(await document()), before, 'what is there after a refusal')
      assertThat((await cursor()).revision === 1, 'a refusal made a revision')
    }),
    test('changes say what they did, the environment first, by path', async ({ publish }) => {
      await publish({ scope: environment, path: 'b', value: 1 }, { scope: environment, path: 'same', value: 1 })
      const { changes } = await publish(
        { scope: tenant, path: 'z', value: 1 },
        { scope: environment, path: 'b', value: 2 },
        { scope: environment, path: 'same', value: 1 },
        { scope: environment, path: 'a', value: { y: 1, x: [2] } },
      )
      const shown = changes.map((change) => [
        change.tenant ?? '',
        change.kind === 'leaf' ? change.path : '',
        change.previous ?? 'none',
        change.next ?? 'none',
      ])
      const expected = [
        ['', 'a.x', 'none', [2]],
        ['', 'a.y', 'none', 1],
        ['', 'b', 1, 2],
        ['acme', 'z', 'none', 1],
      ]
      assertSame(shown, expected, 'the changes')
    }),
    test('a value replaces what stood at its place and below it', async ({ publish, document }) => {
      await publish({ scope: environment, path: 'pool', value: { max: 1, min: 0, tls: { on: true } } })
      await publish({ scope: environment, path: 'pool', value: { max: 2 } })
      assertSame((await document()).tree, { pool: { max: 2 } }, 'the tree after an object')
      await publish({ scope: environment, path: 'pool', value: 'none' })
      assertSame((await document()).tree, { pool: 'none' }, 'the tree after a text')
      await publish({ scope: environment, path: 'pool', value: {} })
      assertSame((await document()).tree, { pool: {} }, 'the tree after an empty object')
      await publish({ scope: environment, path: 'pool.max', value: 3 })
      assertSame((await document()).tree, { pool: { max: 3 } }, 'the tree after something in it')
    }),
    test('what is removed is gone, and so is what it leaves empty', async ({ publish, document }) => {
      await publish(
        { scope: environment, path: 'a', value: { b: { c: 1 }, d: 2 } },
        { scope: tenant, path: 'x', value: 1 },
      )
      await publish({ scope: environment, path: 'a.b.c', remove: true }, { scope: tenant, path: '', remove: true })
      const { tree, overlays } = await document()
      assertSame(tree, { a: { d: 2 } }, 'the tree')
      assertThat(overlays.size === 0, 'a tenant without values has an overlay')
      await publish({ scope: environment, path: '', remove: true })
      assertSame((await document()).tree, {}, 'the tree after all was removed')
    }),
    test('what changes nothing makes no revision', async ({ store, publish, terms, cursor }) => {
      await publish({ scope: environment, path: 'pool', value: { max: 1, list: [{ a: 1, b: 2 }] } })
      const result = await store.publish(
        [
          { scope: environment, path: 'pool', value: { list: [{ b: 2, a: 1 }], max: 1 } },
          { scope: environment, path: 'nowhere', remove: true },
        ],
        await terms(),
      )
      assertThat(result.kind === 'unchanged', `expected unchanged, received ${describeResult(result)}`)
      assertThat((await cursor()).revision === 1, 'there is another revision')
    }),
    test('a publish on something else than the newest is a conflict that says what is', async (session) => {
      const { store, publish, terms, cursor } = session
      const before = await cursor()
      await publish({ scope: environment, path: 'a', value: 1 })
      const now = await cursor()
      const edit = { scope: environment, path: 'a', value: 2 }
      for (const expected of [before, { ...now, hash: 'x'.repeat(43) }, { ...now, revision: 7 }]) {
        const result = await store.publish([edit], await terms(expected))
        assertThat(result.kind === 'conflict', `expected a conflict, received ${describeResult(result)}`)
        assertThat(isDeepStrictEqual(result.current, now), 'the conflict does not give the current cursor')
      }
      const same = await store.publish([{ ...edit, value: 1 }], await terms(before))
      assertThat(same.kind === 'conflict', 'a publish that would change nothing hides a conflict')
      assertThat((await store.history(environment)).length === 1, 'a conflict left a trace in history')
    }),
    test('what somebody else has published meanwhile is a conflict, whatever is to be published', async (session) => {
      const { store, other, publish } = session
      await publish({ scope: environment, path: 'a', value: 1 })
      const { cursor: expected } = await other.readEnvironment(environment)
      const { cursor: current } = await publish({ scope: environment, path: 'a', value: 2 })
      const on = { author: 'kim', message: 'late', expected }
      // The other one has what it would be compared with at hand: neither answer may come from that.
      const nothing = await other.publish([{ scope: environment, path: 'a', value: 1 }], on)
      const refusal = await other.publish([{ scope: environment, path: 'a.b', value: 1 }], on)
      for (const result of [nothing, refusal, await store.rollback(environment, 1, on)]) {
        assertThat(result.kind === 'conflict', `expected a conflict, received ${describeResult(result)}`)
        assertThat(isDeepStrictEqual(result.current, current), 'the conflict does not give the current cursor')
      }
    }),
    test('of two publishers at once one wins', async ({ store, other, terms, cursor }) => {
      const on = await terms(await cursor())
      const results = await Promise.all(
        [store, other, store, other].map((each, index) =>
          each.publish([{ scope: environment, path: 'winner', value: index }], on),
        ),
      )
      const kinds = results.map(({ kind }) => kind).toSorted()
      assertSame(kinds, ['conflict', 'conflict', 'conflict', 'published'], 'the answers')
      const winner = results.findIndex(({ kind }) => kind === 'published')
      assertSame((await other.readEnvironment(environment)).tree, { winner }, 'what is read')
    }),
    test('many publishers in a storm leave revisions without gaps', async ({ store, other }) => {
      const publishers = 8
      const each = 5
      const publishAll = async (handle: typeof store, name: string) => {
        for (let count = 1; count <= each; ) {
          const { cursor: expected } = await handle.readEnvironment(environment)
          const result = await handle.publish([{ scope: `${environment}/${name}`, path: 'count', value: count }], {
            author: name,
            message: 'storm',
            expected,
          })
          if (result.kind === 'published') count += 1
          else assertThat(result.kind === 'conflict', `expected a conflict, received ${describeResult(result)}`)
        }
      }
      await Promise.all(
        Array.from({ length: publishers }, (_, index) => publishAll(index % 2 === 0 ? store : other, `t${index}`)),
      )
      const numbers = (await store.history(environment, { limit: 1_000 })).map(({ cursor }) => cursor.revision)
      const expected = Array.from({ length: publishers * each }, (_, index) => publishers * each - index)
      assertSame(numbers, expected, 'the numbers in history')
      const { overlays } = await other.readEnvironment(environment)
      assertThat(
        [...overlays.values()].every(({ count }) => count === each),
        'a publish is missing',
      )
    }),
    test('two environments have nothing to do with each other', async ({ store, publish }) => {
      await publish({ scope: environment, path: 'a', value: 1 })
      const elsewhere = 'checkout/staging'
      const { cursor } = await store.readEnvironment(elsewhere)
      const result = await store.publish([{ scope: elsewhere, path: 'a', value: 2 }], {
        author: 'kim',
        message: 'the other one',
        expected: cursor,
      })
      assertThat(result.kind === 'published' && result.cursor.revision === 1, 'it does not begin with revision 1')
      assertSame((await store.readEnvironment(environment)).tree, { a: 1 }, 'the first environment')
      assertSame([...(await store.environments())], [environment, elsewhere], 'the environments')
    }),
    test('what is read is deeply frozen, and shares what did not change', async ({ publish, document }) => {
      await publish({ scope: environment, path: '', value: { a: { b: [{ c: 1 }] }, d: { e: 1 } } })
      const before = await document()
      assertFrozen(before.tree)
      await publish({ scope: environment, path: 'd.e', value: 2 })
      const after = await document()
      assertThat(after.tree['a'] === before.tree['a'], 'a part that did not change is another object')
      assertSame(before.tree, { a: { b: [{ c: 1 }] }, d: { e: 1 } }, 'the document before')
    }),
    test('what is given is not touched, and may change later', async ({ publish, document }) => {
      const value = { list: [1, { a: 2 }] }
      await publish({ scope: environment, path: 'x', value })
      assertThat(!Object.isFrozen(value) && !Object.isFrozen(value.list), 'what was given was frozen')
      value.list.push(3)
      assertSame((await document()).tree, { x: { list: [1, { a: 2 }] } }, 'what is stored')
    }),
    test('a signal that has aborted publishes nothing', async ({ store, terms, cursor }) => {
      const reason = new Error('changed my mind')
      const on = { ...(await terms()), signal: AbortSignal.abort(reason) }
      let thrown: unknown
      try {
        await store.publish([{ scope: environment, path: 'a', value: 1 }], on)
      } catch (error) {
        thrown = error
      }
      assertThat(thrown === reason, `expected it to throw the signal's reason, received ${String(thrown)}`)
      assertThat((await cursor()).revision === 0, 'it was published all the same')
    }),
    test('how each publish ended is told, whatever it was, and how long it took', async ({ store, terms, inTime }) => {
      const told: StoreEvent[] = []
      const stop = store.events.on((event) => void told.push(event))
      const on = await terms()
      const edits = [{ scope: tenant, path: 'a', value: 1 }]
      const published = await inTime('publish()', store.publish(edits, on))
      const conflict = await inTime('publish()', store.publish(edits, on))
      assertThat(published.kind === 'published', `expected a new revision, received ${describeResult(published)}`)
      const next = { ...on, expected: published.cursor }
      const unchanged = await inTime('publish()', store.publish(edits, next))
      const refused = await inTime('publish()', store.publish([], next))
      const rolledBack = await inTime('rollback()', store.rollback(environment, 0, next))
      stop()
      await inTime('publish()', store.publish(edits, on))
      const results = [published, conflict, unchanged, refused, rolledBack]
      assertThat(
        isDeepStrictEqual(
          told.map(({ result }) => result),
          results,
        ),
        'what is told is not how they ended',
      )
      const named = results.map((result) => (result === refused ? undefined : environment))
      assertThat(
        isDeepStrictEqual(
          told.map((event) => event.environment),
          named,
        ),
        'the environments are others',
      )
      assertThat(
        told.every(({ duration }) => duration >= 0),
        'a publish ended before it began',
      )
    }),
    test('closing is done once, and nothing is published after it', async ({ store, terms, inTime }) => {
      const on = await terms()
      await inTime('close() twice at once', Promise.all([store.close(), store.close()]))
      await inTime('close() once more', store[Symbol.asyncDispose]())
      const edits = [{ scope: environment, path: 'a', value: 1 }]
      await assertRejects(store.publish(edits, on), 'store_unavailable', 'a publish after close()')
      await assertRejects(store.readEnvironment(environment), 'store_unavailable', 'a reading after close()')
    }),
  ]
}

function assertFrozen(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  assertThat(Object.isFrozen(value), 'a part of the tree is not frozen')
  assertThat(Array.isArray(value) || isPlainObject(value), 'the tree holds an instance of a class')
  for (const child of Object.values(value)) assertFrozen(child)
}
