import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ConfigStore,
  type Cursor,
  type Edit,
  type EnvironmentDocument,
  type Json,
  type JsonObject,
  type PublishResult,
  replay,
  type Revision,
  systemClock,
  verifyChain,
} from 'trimtab'
import { createConfigStore } from '../../packages/trimtab/src/store/create-config-store.ts'
import { createMemoryStorage } from '../../packages/trimtab/src/store/memory/memory-storage.ts'
import { leavesOf } from '../../packages/trimtab/src/store/publish/leaves.ts'
import { canonical } from '../support/json-trees.ts'

const environment = 'checkout/production'
const genesis: Cursor = { revision: 0, hash: '' }
const runs = { numRuns: 200 }

const key = fc.constantFrom('a', 'b', 'c', 'x-y', 'a.b', '0')
const scalar = fc.oneof(
  fc.constantFrom<Json>(null, true, false, 0, 1, '', '${env:A}'),
  fc.integer(),
  fc.string({ maxLength: 3 }),
)
const value: fc.Arbitrary<Json> = fc.letrec<{ node: Json }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 4, arbitrary: scalar.filter((leaf) => typeof leaf !== 'string' || !/[\0\p{Surrogate}]/u.test(leaf)) },
    { weight: 3, arbitrary: fc.dictionary(key, tie('node'), { maxKeys: 3, noNullPrototype: true }) },
    { weight: 1, arbitrary: fc.array(tie('node'), { maxLength: 2 }) },
  ),
})).node
const path = fc.constantFrom('', 'a', 'a.b', 'a.b.c', 'a["a.b"]', 'b', 'b.c', 'c["0"]', 'x-y', 'x-y.a')
const scope = fc.constantFrom(environment, environment, `${environment}/acme`, `${environment}/other`)
const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ scope, path, value }) },
  { weight: 2, arbitrary: fc.record({ scope, path, remove: fc.constant(true as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      scope: fc.constantFrom(`${environment}/acme`, `${environment}/other`),
      state: fc.constantFrom('active' as const, 'suspended' as const, 'removed' as const),
    }),
  },
)
const publishes = fc.array(fc.array(edit, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 8 })

interface Published {
  readonly store: ConfigStore
  /** The document at each revision, the first being that before any. */
  readonly documents: readonly EnvironmentDocument[]
  readonly revisions: readonly Revision[]
  readonly results: readonly PublishResult[]
}

/** Publishes one list of edits after the other; some are refused, and some change nothing. */
async function published(lists: readonly (readonly Edit[])[]): Promise<Published> {
  const storage = createMemoryStorage(systemClock)
  const store = createConfigStore({ storage, clock: systemClock })
  // By turns, as two processes publish: each has to catch up with the other.
  const other = createConfigStore({ storage, clock: systemClock })
  const documents = [await store.readEnvironment(environment)]
  const revisions: Revision[] = []
  const results: PublishResult[] = []
  for (const [index, edits] of lists.entries()) {
    const expected = revisions.at(-1)?.cursor ?? genesis
    const result = await (index % 2 === 0 ? store : other).publish(edits, {
      author: `author ${index}`,
      message: 'why',
      expected,
    })
    results.push(result)
    if (result.kind !== 'published') continue
    revisions.push(result.revision)
    documents.push(await store.readEnvironment(environment))
  }
  await other.close()
  return { store, documents, revisions, results }
}

const content = ({ tree, overlays, states }: EnvironmentDocument) => ({
  tree: canonical(tree),
  overlays: new Map([...overlays].map(([tenant, overlay]) => [tenant, canonical(overlay)])),
  states,
})

describe('a store', () => {
  it('leads a reader from any revision to any later one', async () => {
    await fc.assert(
      fc.asyncProperty(publishes, async (lists) => {
        const { store, documents, revisions } = await published(lists)
        for (const [from, document] of documents.entries()) {
          for (const [to, target] of documents.entries()) {
            if (to < from) continue
            const reached = replay(document, revisions.slice(from, to))
            expect(content(reached)).toEqual(content(target))
            expect(reached.cursor).toEqual(target.cursor)
          }
          const since = await store.since(environment, document.cursor, 1_000)
          expect(since).toMatchObject({ kind: 'changes', more: false, revisions: revisions.slice(from) })
        }
        await store.close()
      }),
      runs,
    )
  })

  it('gives every earlier revision as it was', async () => {
    await fc.assert(
      fc.asyncProperty(publishes, async (lists) => {
        const { store, documents, revisions } = await published(lists)
        for (const [at, { tree, overlays, cursor }] of documents.entries()) {
          const own = await store.read(environment, at)
          expect([canonical(own.tree), own.cursor]).toEqual([canonical(tree), cursor])
          const acme = await store.read(`${environment}/acme`, at)
          expect(canonical(acme.tree)).toEqual(canonical(overlays.get('acme') ?? {}))
          // What set a leaf is the last revision up to then that changed it.
          for (const { path: leaf } of leavesOf(own.tree)) {
            const setter = revisions.slice(0, at).findLast(({ changes }) => {
              return changes.some(
                (change) => change.kind === 'leaf' && change.tenant === undefined && change.path === leaf,
              )
            })
            expect(own.setBy.get(leaf)).toBe(setter?.cursor.revision)
          }
        }
        await store.close()
      }),
      runs,
    )
  })

  it('brings the values of any revision back, and leaves tenants in their states', async () => {
    await fc.assert(
      fc.asyncProperty(publishes, fc.nat(), async (lists, pick) => {
        const { store, documents } = await published(lists)
        const to = pick % documents.length
        const [then, now] = [documents[to], documents.at(-1)]
        if (then === undefined || now === undefined) throw new Error('there is one document at least')
        const result = await store.rollback(environment, to, { author: 'a', message: 'm', expected: now.cursor })
        expect(['published', 'unchanged']).toContain(result.kind)
        const after = await store.readEnvironment(environment)
        const kept = [...then.overlays].filter(([tenant]) => now.states.get(tenant) !== 'removed')
        expect(content(after)).toEqual(content({ ...then, overlays: new Map(kept), states: now.states }))
        await store.close()
      }),
      runs,
    )
  })

  it('does what edits say, whatever was there', async () => {
    await fc.assert(
      fc.asyncProperty(publishes, async (lists) => {
        const { store, documents, results } = await published(lists)
        let at = 0
        for (const [index, { kind }] of results.entries()) {
          const before = documents[at]
          const edits = lists[index]
          if (before === undefined || edits === undefined || kind === 'refused') continue
          at += kind === 'published' ? 1 : 0
          const after = documents[at]
          const expected = naive(before, edits)
          expect(leafMap(after)).toEqual(expected)
        }
        await store.close()
      }),
      runs,
    )
  })

  it('takes the edits of a publish in any order', async () => {
    const shuffled = publishes.chain((lists) =>
      fc.tuple(
        fc.constant(lists),
        fc.tuple(...lists.map((list) => fc.shuffledSubarray(list, { minLength: list.length }))),
      ),
    )
    await fc.assert(
      fc.asyncProperty(shuffled, async ([lists, others]) => {
        const [one, other] = [await published(lists), await published(others)]
        expect(one.results.map(({ kind }) => kind)).toEqual(other.results.map(({ kind }) => kind))
        expect(one.revisions.map(({ cursor }) => cursor)).toEqual(other.revisions.map(({ cursor }) => cursor))
        await Promise.all([one.store.close(), other.store.close()])
      }),
      runs,
    )
  })

  it('makes no revision of what is there already', async () => {
    await fc.assert(
      fc.asyncProperty(publishes, async (lists) => {
        const { store, documents } = await published(lists)
        const { tree, overlays, cursor } = documents.at(-1) ?? (await store.readEnvironment(environment))
        const same = [...overlays].map(([tenant, overlay]) => ({
          scope: `${environment}/${tenant}`,
          path: '',
          value: overlay,
        }))
        const edits: readonly Edit[] = [{ scope: environment, path: '', value: tree }, ...same]
        const result = await store.publish(edits, {
          author: 'a',
          message: 'm',
          expected: cursor,
        })
        expect(result).toEqual({ kind: 'unchanged', cursor })
        await store.close()
      }),
      runs,
    )
  })

  it('gives away every alteration of its history', async () => {
    await fc.assert(
      fc.asyncProperty(publishes, fc.nat(), fc.constantFrom(...alterations), async (lists, pick, [, alter]) => {
        const { store, revisions } = await published(lists)
        await store.close()
        expect(verifyChain(revisions, genesis)).toBeUndefined()
        if (revisions.length === 0) return
        const at = pick % revisions.length
        const altered = revisions.flatMap((revision, index) => (index === at ? alter(revision) : [revision]))
        // What is cut off at the end is not seen in the rest, but by who knows where it ended.
        if (altered.length === at) return
        expect(verifyChain(altered, genesis)).toBeDefined()
      }),
      { numRuns: 500 },
    )
  })
})

const alterations: readonly (readonly [string, (revision: Revision) => readonly Revision[]])[] = [
  ['author', (revision) => [{ ...revision, author: `${revision.author} ` }]],
  ['message', (revision) => [{ ...revision, message: 'another' }]],
  ['environment', (revision) => [{ ...revision, environment: 'checkout/staging' }]],
  ['rollback', (revision) => [{ ...revision, rollbackTo: 0 }]],
  ['number', (revision) => [{ ...revision, cursor: { ...revision.cursor, revision: revision.cursor.revision + 1 } }]],
  ['hash', (revision) => [{ ...revision, cursor: { ...revision.cursor, hash: 'x'.repeat(43) } }]],
  ['parent', (revision) => [{ ...revision, parent: 'x'.repeat(43) }]],
  ['a change less', (revision) => [{ ...revision, changes: revision.changes.slice(1) }]],
  ['a change twice', (revision) => [{ ...revision, changes: [...revision.changes, ...revision.changes] }]],
  ['value', (revision) => [{ ...revision, changes: revision.changes.map(withOther('next')) }]],
  ['previous value', (revision) => [{ ...revision, changes: revision.changes.map(withOther('previous')) }]],
  [
    'tenant',
    (revision) => [{ ...revision, changes: revision.changes.map((change) => ({ ...change, tenant: 'evil' })) }],
  ],
  ['left out', () => []],
  ['twice', (revision) => [revision, revision]],
]

function withOther(side: 'previous' | 'next') {
  return (change: Revision['changes'][number]): Revision['changes'][number] => {
    if (change.kind === 'leaf') return { ...change, [side]: ['other', change[side] ?? null] }
    return { ...change, [side]: change[side] === 'active' ? 'suspended' : 'active' }
  }
}

type Leaves = ReadonlyMap<string, string>

/** Leaves by scope and path, and states: what a document holds, in its plainest form. */
function leafMap(document: EnvironmentDocument | undefined): Leaves {
  const map = new Map<string, string>()
  if (document === undefined) return map
  const trees: readonly (readonly [string, JsonObject])[] = [['', document.tree], ...document.overlays]
  for (const [tenant, tree] of trees) {
    for (const leaf of leavesOf(tree)) map.set(`${tenant} ${leaf.path}`, canonical(leaf.value))
  }
  for (const [tenant, state] of document.states) map.set(`state ${tenant}`, state)
  return map
}

/** Edits on leaves, one at a time. */
function naive(before: EnvironmentDocument, edits: readonly Edit[]): Leaves {
  const map = new Map(leafMap(before))
  for (const one of edits) {
    const tenant = one.scope.slice(environment.length + 1)
    if ('state' in one) {
      map.set(`state ${tenant}`, one.state)
      if (one.state === 'removed') for (const at of map.keys()) if (at.startsWith(`${tenant} `)) map.delete(at)
      continue
    }
    const place = `${tenant} ${one.path}`
    const isBelow = (at: string) => {
      const rest = at.slice(place.length)
      return at.startsWith(place) && (one.path === '' || rest === '' || rest.startsWith('.') || rest.startsWith('['))
    }
    for (const at of map.keys()) if (isBelow(at)) map.delete(at)
    if (!('value' in one)) continue
    const leaves = leavesOf(one.value, segmentsAt(one.path))
    // An empty object above makes way for what comes into it.
    for (const at of map.keys()) {
      if (map.get(at) === '{}' && place.startsWith(at) && /^[.[]/.test(place.slice(at.length)) && leaves.length > 0)
        map.delete(at)
    }
    for (const leaf of leaves) map.set(`${tenant} ${leaf.path}`, canonical(leaf.value))
  }
  return map
}

/** The few paths that are used here. */
function segmentsAt(text: string): readonly string[] {
  return [...text.matchAll(/\["([^"]+)"\]|\.?([^.[\]]+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
}
