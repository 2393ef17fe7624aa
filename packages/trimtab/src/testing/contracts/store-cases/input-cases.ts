import type { Edit } from '../../../store/edit.ts'
import { storeLimits } from '../../../store/limits.ts'
import type { PublishProblemCode } from '../../../store/publish-problem.ts'
import type { Json, JsonObject } from '../../../primitives/json.ts'
import { assertThat, type ContractCase } from '../contract-case.ts'
import { assertRejects, describeResult, environment, type StoreBench, tenant } from './store-session.ts'

/** Edits as somebody without a compiler may give them. */
type Anything = Readonly<Record<string, unknown>>

interface BadInput {
  readonly what: string
  readonly code: PublishProblemCode
  readonly edits: readonly Anything[]
  readonly terms?: { readonly author?: unknown; readonly message?: unknown } | undefined
}

const set = (path: unknown, value: unknown, scope: unknown = environment): Anything => ({ scope, path, value })
const named = (scope: unknown): Anything => set('a', 1, scope)
const deep = (levels: number): Json => (levels === 0 ? 1 : { a: deep(levels - 1) })
/** Read by JSON, so that the key is one of its own. */
const prototypeKey = JSON.parse('{"__proto__": {"polluted": true}}') as JsonObject

/** What is refused whatever is stored; `a` and its like stand nowhere. */
export function badInputs(): readonly BadInput[] {
  const names = [
    '',
    'checkout',
    'checkout/',
    '/production',
    'a/b/c/d',
    'a/ b',
    'a/b\0',
    'a/-b',
    'a/..',
    "a/b'",
    'a/ü',
    7,
  ]
  const paths = ['a.', '.a', 'a..b', 'a[', 'a["', 'a[0]', 'a b', `a${'.b'.repeat(40)}`, 'x'.repeat(513), 7, undefined]
  const keys = ['a["__proto__"]', 'constructor', 'a["prototype"].b', 'a["\\u0000"]', 'a["\\ud800"]']
  const values: readonly [string, unknown][] = [
    ['a function', () => 1],
    ['undefined in a list', [undefined]],
    ['a symbol', Symbol('a')],
    ['a bigint', 10n],
    ['NaN', Number.NaN],
    ['a number beyond doubles', JSON.parse('1e999') as unknown],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['a NUL character', 'a\0b'],
    ['a NUL character deep in a list', [[{ a: 'a\0b' }]]],
    ['half a character', 'a\ud800'],
    ['half a character in a list', ['\udc00']],
    ['a prototype key', prototypeKey],
    ['a prototype key in a list', [{ constructor: 1 }]],
    ['a control character in a key', { 'a\u0007': 1 }],
    ['a key of 129 characters', { ['k'.repeat(129)]: 1 }],
    ['more than 32 levels', deep(40)],
  ]
  return [
    ...[...names, 'a/'.padEnd(131, 'b')].map((name): BadInput => {
      return { what: `the scope ${JSON.stringify(name)}`, code: 'name_invalid', edits: [named(name)] }
    }),
    ...[...paths, ...keys].map((path): BadInput => {
      return { what: `the path ${JSON.stringify(path)?.slice(0, 40)}`, code: 'path_invalid', edits: [set(path, 1)] }
    }),
    ...values.map(([what, value]): BadInput => ({ what, code: 'value_invalid', edits: [set('a', value)] })),
    { what: 'no object at the root', code: 'value_invalid', edits: [set('', [1])] },
    { what: 'a large text', code: 'value_too_large', edits: [set('a', 'x'.repeat(storeLimits.valueBytes))] },
    { what: 'a large list', code: 'value_too_large', edits: [set('a', Array(200_000).fill(10))] },
    { what: 'a large document', code: 'document_too_large', edits: large(30) },
    { what: 'many edits', code: 'too_many_edits', edits: manyEdits(storeLimits.edits + 1) },
    { what: 'many entries of a tenant', code: 'too_many_entries', edits: [set('a', wide(10_001), tenant)] },
    { what: 'nothing', code: 'nothing_to_publish', edits: [] },
    { what: 'an edit that can not be read', code: 'edit_invalid', edits: [unreadable()] },
    { what: 'an edit without what to do', code: 'edit_invalid', edits: [{ scope: environment, path: 'a' }] },
    { what: 'an edit with two things to do', code: 'edit_invalid', edits: [{ ...set('a', 1), remove: true }] },
    { what: 'a removal that is none', code: 'edit_invalid', edits: [{ scope: environment, path: 'a', remove: 1 }] },
    { what: 'a state that is none', code: 'edit_invalid', edits: [{ scope: tenant, state: 'gone' }] },
    { what: 'a state of an environment', code: 'edit_invalid', edits: [{ scope: environment, state: 'active' }] },
    { what: 'two environments', code: 'environments_mixed', edits: [named('a/b'), named('a/c')] },
    { what: 'the same path twice', code: 'edits_overlap', edits: [set('a', 1), set('a', 2)] },
    { what: 'a path and one below it', code: 'edits_overlap', edits: [set('a.b.c', 1), set('b', 1), set('a', {})] },
    { what: 'all and a part', code: 'edits_overlap', edits: [set('', {}), set('a', 1)] },
    { what: 'two states', code: 'edits_overlap', edits: [state('active'), state('suspended')] },
    { what: 'a removed tenant with values', code: 'edits_overlap', edits: [state('removed'), set('a', 1, tenant)] },
    {
      what: 'two tenants of one name',
      code: 'name_taken',
      edits: [named(`${environment}/a`), named(`${environment}/A`)],
    },
    ...['', ' \t', 'x'.repeat(257), 'a\0', 'a\nb', 'a\rb', '\ud800', 7, undefined].map((author): BadInput => {
      return { what: 'an author', code: 'author_invalid', edits: [set('a', 1)], terms: { author } }
    }),
    ...['', '\n', 'x'.repeat(4_001), 'a\0', '\udfff', null].map((message): BadInput => {
      return { what: 'a message', code: 'message_invalid', edits: [set('a', 1)], terms: { message } }
    }),
  ]
}

/** What a store refuses before it stores anything. */
export function inputCases({ test }: StoreBench): readonly ContractCase[] {
  return [
    test('what can not be stored is refused, and says why', async ({ store, terms, cursor }) => {
      for (const { what, code, edits, terms: given } of badInputs()) {
        // Not what the types allow: that is the point.
        const on = { ...(await terms()), ...given } as Awaited<ReturnType<typeof terms>>
        const anything: readonly unknown[] = edits
        // As above.
        const result = await store.publish(anything as readonly Edit[], on)
        assertThat(result.kind === 'refused', `${what}: expected a refusal, received ${describeResult(result)}`)
        const codes = result.problems.map((problem) => problem.code)
        assertThat(codes.includes(code), `${what}: expected ${code}, received ${codes.join(', ')}`)
        assertThat(
          result.problems.every(({ message }) => message.length > 10 && message.length < 1_000),
          `${what}: messages`,
        )
      }
      assertThat((await cursor()).revision === 0, 'something of it was stored')
      assertThat(!('polluted' in {}), 'a key changed what all objects inherit')
    }),
    test('every problem is told at once', async ({ refused }) => {
      const problems = await refused(
        { scope: environment, path: 'a[', value: 1 },
        { scope: environment, path: 'b', value: '\0' },
        { scope: 'nowhere', path: 'c', value: 1 },
      )
      const codes = problems.map(({ code }) => code).toSorted()
      assertThat(codes.join() === 'name_invalid,path_invalid,value_invalid', `received ${codes.join()}`)
    }),
    test('a refusal lists a hundred problems at most', async ({ refused }) => {
      const edits = Array.from({ length: 5_000 }, (_, index) => ({ scope: environment, path: `k${index}[`, value: 1 }))
      assertThat((await refused(...edits)).length === 100, 'it lists more or less')
    }),
    test('what is just within the limits is stored', async ({ publish, document }) => {
      const text = 'x'.repeat(storeLimits.valueBytes - 2)
      const name = 'n'.repeat(128)
      await publish(
        { scope: environment, path: 'text', value: text },
        { scope: `${environment}/${name}`, path: 'wide', value: wide(10_000) },
        { scope: environment, path: `p${'.b'.repeat(31)}`, value: 1 },
        { scope: environment, path: 'keys', value: { ['k'.repeat(128)]: 1 } },
      )
      const { tree, overlays } = await document()
      assertThat(tree['text'] === text, 'the long text is another')
      assertThat(overlays.has(name), 'the tenant with the long name has no overlay')
    }),
    test('nothing can stand below a value', async ({ publish, refused }) => {
      await publish({ scope: environment, path: 'a', value: { text: 'x', list: [1] } })
      for (const path of ['a.text.deeper', 'a.list.deeper']) {
        const [problem] = await refused({ scope: environment, path, value: 1 })
        assertThat(problem?.code === 'parent_is_a_value', `expected parent_is_a_value, received ${problem?.code}`)
      }
    }),
    test('no message shows a value', async ({ refused }) => {
      const problems = await refused(
        { scope: environment, path: 'a', value: 'hunter2\0' },
        { scope: environment, path: 'b', value: ['hunter2', Number.NaN] },
        { scope: environment, path: 'c', value: 'hunter2'.repeat(50_000) },
      )
      assertThat(!JSON.stringify(problems).includes('hunter2'), 'a message shows a value')
    }),
    test('two environments, and their apps, do not differ in letter case only', async ({ store, publish }) => {
      // Nothing of it is there for having been asked about.
      await store.prune('PAYMENT/production', 1)
      await publish({ scope: environment, path: 'a', value: 1 })
      const publishTo = async (scope: string) => {
        const { cursor: expected } = await store.readEnvironment(scope)
        return store.publish([{ scope, path: 'a', value: 1 }], { author: 'kim', message: 'x', expected })
      }
      for (const scope of [environment.toUpperCase(), 'Checkout/staging', 'checkout/PRODUCTION']) {
        const result = await publishTo(scope)
        assertThat(result.kind === 'refused', `expected a refusal, received ${describeResult(result)}`)
        assertThat(result.problems[0]?.code === 'name_taken', `received ${describeResult(result)}`)
      }
      for (const scope of ['checkout/staging', 'payment/production']) {
        const result = await publishTo(scope)
        assertThat(result.kind === 'published', `expected a new revision, received ${describeResult(result)}`)
      }
    }),
    test('names, numbers and cursors that can not be are misuse', async ({ store, terms }) => {
      const on = await terms()
      // None of it is what the types allow.
      const none = {} as never
      // As above.
      const nothing = undefined as never
      const misuse: readonly (readonly [string, () => Promise<unknown>])[] = [
        ['read()', () => store.read('checkout')],
        ['read() at a fraction', () => store.read(environment, 0.5)],
        ['readEnvironment()', () => store.readEnvironment(tenant)],
        ['rollback()', () => store.rollback('..', 0, on)],
        ['rollback() to a negative', () => store.rollback(environment, -1, on)],
        ['publish() without terms', () => store.publish([], nothing)],
        ['rollback() without terms', () => store.rollback(environment, 0, nothing)],
        ['publish() without a cursor', () => store.publish([], { ...on, expected: none })],
        ['since() without a cursor', () => store.since(environment, none, 10)],
        ['since() with a limit of 0', () => store.since(environment, on.expected, 0)],
        ['since() with a limit of 1,001', () => store.since(environment, on.expected, 1_001)],
        ['history()', () => store.history('a/b/c')],
        ['history() of another scope', () => store.history(environment, { scope: 'a/b' })],
        ['history() with a broken path', () => store.history(environment, { path: 'a[' })],
        ['prune()', () => store.prune(environment, Number.NaN)],
        ['registerSchema() of no app', () => store.registerSchema('a b', '1', {})],
        ['registerSchema() of no version', () => store.registerSchema('a', "'; --", {})],
        ['markLive() for ever', () => store.markLive('a', '1', Infinity)],
        ['schemas()', () => store.schemas('../a')],
      ]
      for (const [what, call] of misuse) await assertRejects(call(), 'option_invalid', what)
    }),
  ]
}

function unreadable(): Anything {
  return {
    get scope(): string {
      throw new Error('hunter2')
    },
  }
}

function state(to: string): Anything {
  return { scope: tenant, state: to }
}

/** That many texts of 200 KiB. */
function large(count: number): readonly Anything[] {
  return Array.from({ length: count }, (_, index) => set(`k${index}`, 'x'.repeat(200 * 1024)))
}

function wide(count: number): JsonObject {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, index]))
}

function manyEdits(count: number): readonly Anything[] {
  return Array.from({ length: count }, (_, index) => set(`k${index}`, index))
}
