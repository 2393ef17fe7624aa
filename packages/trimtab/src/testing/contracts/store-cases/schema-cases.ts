import type { JsonObject } from '../../../primitives/json.ts'
import { marksKeyword } from '../../../schema/marks-keyword.ts'
import { storeLimits } from '../../../store/limits.ts'
import { assertThat, type ContractCase } from '../contract-case.ts'
import { assertRejects, assertSame, describeResult, environment, type StoreBench, tenant } from './store-session.ts'

const marked = (schema: JsonObject, mark: 'secret' | 'perTenant'): JsonObject => {
  return { ...schema, [marksKeyword]: { dynamic: true, secret: mark === 'secret', perTenant: mark === 'perTenant' } }
}

/** What `defineConfig` makes of a small configuration, with the highest `pool.max` given. */
function schemaWith(maximum: number, more: JsonObject = {}): JsonObject {
  const pool = { max: { type: 'integer', minimum: 1, maximum }, url: marked({ type: 'string' }, 'secret') }
  const limits = marked({ type: 'object', properties: { rps: { type: 'number' } }, required: ['rps'] }, 'perTenant')
  const properties = {
    pool: { type: 'object', properties: pool, required: ['max', 'url'], additionalProperties: false },
    limits: { ...limits, additionalProperties: false },
    hosts: { type: 'array', items: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] } },
    ...more,
  }
  return { type: 'object', properties, required: ['pool'], additionalProperties: false }
}

const app = 'checkout'

/** What registered schemas promise. */
export function schemaCases({ test }: StoreBench): readonly ContractCase[] {
  return [
    test('schemas are kept by version, the newest first', async ({ store, other }) => {
      await store.registerSchema(app, '1.0.0', schemaWith(10))
      await store.registerSchema(app, '1.1.0-rc.1+git', schemaWith(20))
      await other.registerSchema(app, '1.0.0', schemaWith(10))
      const schemas = await other.schemas(app)
      assertSame(
        schemas.map(({ version }) => version),
        ['1.1.0-rc.1+git', '1.0.0'],
        'the versions',
      )
      assertSame(schemas[1]?.schema, schemaWith(10), 'the schema')
      assertThat(
        schemas.every(({ live }) => !live),
        'a version without an instance is said to live',
      )
      await store.registerSchema(app, '1.0.0', schemaWith(11))
      assertSame((await store.schemas(app))[0]?.version, '1.0.0', 'the newest after another one for an old version')
      assertSame((await store.schemas('billing')).length, 0, 'those of another app')
    }),
    test('a publish that the newest version would refuse is refused, and says where', async ({
      store,
      publish,
      refused,
    }) => {
      await publish({ scope: environment, path: 'pool.max', value: 5 })
      await store.registerSchema(app, '2.0.0', schemaWith(10))
      const [problem, ...others] = await refused({ scope: environment, path: 'pool.max', value: 4_711 })
      assertThat(problem?.code === 'schema_refuses' && others.length === 0, `received ${problem?.code}`)
      assertThat(problem.version === '2.0.0' && problem.path === 'pool.max', 'it does not say who refuses, and where')
      assertThat(!JSON.stringify(problem).includes('4711'), 'it shows the value')
      await publish({ scope: environment, path: 'pool.max', value: 10 })
    }),
    test('a schema that somebody else has registered since the last publish has a say in the next', async ({
      other,
      publish,
      refused,
    }) => {
      await publish({ scope: environment, path: 'pool.max', value: 5 })
      await other.registerSchema(app, '1.0.0', schemaWith(10))
      const [first] = await refused({ scope: environment, path: 'pool.max', value: 50 })
      assertThat(first?.version === '1.0.0', 'it does not name the version that would refuse')
      await publish({ scope: environment, path: 'pool.max', value: 6 })
      await other.registerSchema(app, '1.0.0', schemaWith(100))
      await publish({ scope: environment, path: 'pool.max', value: 50 })
      await publish({ scope: environment, path: 'pool.max', value: 7 })
      await other.registerSchema(app, '2.0.0', schemaWith(20))
      await publish({ scope: environment, path: 'pool.max', value: 8 })
      await other.registerSchema(app, '3.0.0', schemaWith(90))
      await other.markLive(app, '2.0.0', 60_000)
      const [second] = await refused({ scope: environment, path: 'pool.max', value: 50 })
      assertThat(second?.version === '2.0.0', 'a version that has come to life is not asked')
    }),
    test('what other layers may add is not missed', async ({ store, publish, refused }) => {
      await store.registerSchema(app, '1.0.0', schemaWith(10))
      await publish({ scope: environment, path: 'pool', value: {} }, { scope: environment, path: 'limits', value: {} })
      // A list comes from one layer alone, so that what is in it is there or missing.
      const [problem] = await refused({ scope: environment, path: 'hosts', value: [{}] })
      assertThat(problem?.code === 'schema_refuses', `expected schema_refuses, received ${problem?.code}`)
    }),
    test('older versions have a say for as long as an instance lives', async ({ store, publish, refused }) => {
      await store.registerSchema(app, '1.0.0', schemaWith(10))
      await store.registerSchema(app, '2.0.0', schemaWith(100))
      await publish({ scope: environment, path: 'pool.max', value: 50 })
      await publish({ scope: environment, path: 'pool.max', value: 5 })
      await store.markLive(app, '1.0.0', 60_000)
      const lives = (await store.schemas(app)).filter(({ live }) => live)
      assertSame(
        lives.map(({ version }) => version),
        ['1.0.0'],
        'the versions that live',
      )
      const [problem] = await refused({ scope: environment, path: 'pool.max', value: 50 })
      assertThat(problem?.version === '1.0.0', 'it does not name the version that would refuse')
      await assertRejects(store.markLive(app, '9.9.9', 1_000), 'option_invalid', 'a version that is not registered')
    }),
    test('there is an end to the versions that live beside each other', async ({ store, other }) => {
      const { liveVersions } = storeLimits
      for (let version = 0; version <= liveVersions; version += 1) {
        await store.registerSchema(app, `${version}.0.0`, schemaWith(10))
        if (version < liveVersions) await (version % 2 === 0 ? store : other).markLive(app, `${version}.0.0`, 60_000)
      }
      const one = `${liveVersions}.0.0`
      await assertRejects(store.markLive(app, one, 1_000), 'option_invalid', 'one more version that lives')
      await assertRejects(store.markLive(app, '9.9.9', 1_000), 'option_invalid', 'a version that is not registered')
      await store.markLive(app, '0.0.0', 60_000)
      await store.registerSchema('billing', one, schemaWith(10))
      await store.markLive('billing', one, 60_000)
      const lives = (await store.schemas(app)).filter(({ live }) => live)
      assertSame(lives.length, liveVersions, 'how many live')
    }),
    test('a literal in a secret field is refused with what to write instead', async ({ store, publish, refused }) => {
      await store.registerSchema(app, '1.0.0', schemaWith(10))
      for (const value of ['postgres://u:hunter2@db', '$${env:HUNTER2}', 'hunter2${nowhere:x}', 7]) {
        const [problem, ...others] = await refused({ scope: environment, path: 'pool', value: { url: value } })
        assertThat(
          problem?.code === 'secret_literal' && others.length === 0,
          `expected secret_literal, received ${problem?.code}`,
        )
        assertThat(problem.message.includes('${env:'), 'it does not say what to write instead')
        assertThat(!/hunter2/i.test(JSON.stringify(problem)), 'it shows the secret')
      }
      await publish({ scope: environment, path: 'pool.url', value: '${env:DB_URL}' })
      await publish({ scope: environment, path: 'pool.url', value: 'postgres://app:${file:/run/secrets/db}@db' })
    }),
    test('history hides what was a secret before anybody said so', async ({ store, publish }) => {
      await publish({ scope: environment, path: 'pool', value: { max: 5, url: 'hunter2' } })
      await publish({ scope: environment, path: 'pool.url', value: 'postgres://hunter2:${env:DB}@db' })
      await publish({ scope: environment, path: 'pool.url', remove: true })
      await store.registerSchema(app, '1.0.0', schemaWith(10))
      const history = await store.history(environment)
      assertThat(!JSON.stringify(history).includes('hunter2'), 'history shows the secret')
      const shown = history.flatMap(({ changes }) => changes.map(({ previous, next }) => [previous ?? 0, next ?? 0]))
      const reference = '…${env:DB}…'
      assertSame(
        shown,
        [
          [reference, 0],
          ['[secret]', reference],
          [0, 5],
          [0, '[secret]'],
        ],
        'what history shows',
      )
    }),
    test('a tenant sets only what is marked per tenant', async ({ store, publish, refused }) => {
      await store.registerSchema(app, '1.0.0', schemaWith(10))
      await publish({ scope: tenant, path: 'limits.rps', value: 5 })
      const [problem] = await refused({ scope: tenant, path: 'pool.max', value: 5 })
      assertThat(problem?.code === 'not_per_tenant', `expected not_per_tenant, received ${problem?.code}`)
      const [wrong] = await refused({ scope: tenant, path: 'limits.rps', value: 'many' })
      assertThat(wrong?.code === 'schema_refuses' && wrong.scope === tenant, `received ${wrong?.code}`)
    }),
    test('old versions are forgotten when nobody runs them', async ({ store, other, publish }) => {
      const { schemaVersions } = storeLimits
      await publish({ scope: environment, path: 'gone', value: 'hunter2' }, { scope: environment, path: 'n', value: 1 })
      await store.registerSchema(app, '0.0.0-live', {})
      await store.markLive(app, '0.0.0-live', 60 * 60 * 1_000)
      const closed = { properties: { n: { type: 'number' } }, additionalProperties: false }
      await store.registerSchema(app, '0.0.0-gone', closed)
      for (let version = 1; version <= schemaVersions; version += 1) {
        await (version % 2 === 0 ? store : other).registerSchema(app, `${version}.0.0`, closed)
      }
      const kept = (await store.schemas(app)).map(({ version }) => version)
      assertSame(
        [kept[0] ?? '', kept.at(-1) ?? ''],
        [`${schemaVersions}.0.0`, '0.0.0-live'],
        'the newest and the oldest',
      )
      assertSame(kept.length, schemaVersions + 1, 'how many are kept')
      await assertRejects(store.markLive(app, '0.0.0-gone', 1_000), 'option_invalid', 'a version that is forgotten')
      await store.registerSchema(app, '0.0.0-live', closed)
      const [shown] = await store.history(environment)
      assertSame(
        shown?.changes.map((change) => change.next ?? null),
        ['[secret]', 1],
        'what history shows where a schema may have been forgotten',
      )
    }),
    test('a place that no version knows is refused; one that any knows is not', async ({ store, publish, refused }) => {
      await store.registerSchema(app, '1.0.0', schemaWith(10, { dropped: { type: 'number' } }))
      await store.registerSchema(app, '2.0.0', schemaWith(10, { added: { type: 'number' } }))
      const [gone] = await refused({ scope: environment, path: 'dropped', value: 5 })
      assertThat(gone?.code === 'path_unknown', `expected path_unknown, received ${gone?.code}`)
      await store.markLive(app, '1.0.0', 60_000)
      const [problem] = await refused({ scope: environment, path: 'pool.maxx', value: 5 })
      assertThat(problem?.code === 'path_unknown', `expected path_unknown, received ${problem?.code}`)
      await publish({ scope: environment, path: 'added', value: 5 }, { scope: environment, path: 'dropped', value: 5 })
    }),
    test('who mends one of two faults is not stopped by the other', async ({ store, publish, terms }) => {
      await publish({ scope: environment, path: '', value: { pool: { max: 99 }, limits: { rps: 'x' } } })
      await store.registerSchema(app, '1.0.0', schemaWith(10))
      await publish({ scope: environment, path: 'pool.max', value: 9 })
      const back = await store.rollback(environment, 1, await terms())
      assertThat(back.kind === 'refused', `expected a refusal, received ${describeResult(back)}`)
    }),
    test('hostile schemas are refused, or cost one publish a second', async ({ store, publish, refused }) => {
      const levels = (count: number): JsonObject => (count === 0 ? {} : { not: levels(count - 1) })
      const hostile: readonly (readonly [string, unknown])[] = [
        ['large', { description: 'x'.repeat(300 * 1024) }],
        ['deep', levels(40)],
        ['remote', { $ref: 'https://example.com/schema.json' }],
        ['remote in a field', { properties: { a: { $ref: 'other.json#/a' } } }],
        ['a reference to nothing', { $ref: '#/$defs/nothing' }],
        ['a dynamic reference', { $dynamicRef: '#meta' }],
        ['a broken pattern', { properties: { a: { pattern: '(' } } }],
        ['a prototype key', JSON.parse('{"properties": {"__proto__": {}}}')],
        ['a list', []],
        ['a number that is none', { maximum: Number.NaN }],
      ]
      for (const [what, schema] of hostile) {
        // Not what the types allow.
        await assertRejects(store.registerSchema(app, '1.0.0', schema as JsonObject), 'option_invalid', what)
      }
      assertSame((await store.schemas(app)).length, 0, 'how many were registered')

      await store.registerSchema(app, '1.0.0', { properties: { a: { pattern: '^(a+)+$' } } })
      const [slow] = await refused({ scope: environment, path: 'a', value: `${'a'.repeat(60)}!` })
      assertThat(slow?.code === 'schema_unanswered' && slow.version === '1.0.0', `received ${slow?.code}`)
      await store.registerSchema(app, '1.0.0', doubling(40))
      const [tangled] = await refused({ scope: environment, path: 'a', value: 1 })
      assertThat(tangled?.code === 'schema_unanswered', `expected schema_unanswered, received ${tangled?.code}`)
      await store.registerSchema(app, '1.0.0', { $ref: '#' })
      const [circle] = await refused({ scope: environment, path: 'a', value: 1 })
      assertThat(circle !== undefined, 'a schema that is only itself takes everything')
      await store.registerSchema(app, '1.0.0', { properties: { a: { type: 'number' } } })
      await publish({ scope: environment, path: 'a', value: 1 })
    }),
  ]
}

/** Twice as much work with every level. */
function doubling(levels: number): JsonObject {
  const definitions: readonly (readonly [string, JsonObject])[] = Array.from({ length: levels }, (_, level) => {
    const next = level + 1 < levels ? { $ref: `#/$defs/d${level + 1}` } : { type: 'string' }
    return [`d${level}`, { allOf: [next, { ...next }] }] as const
  })
  return { properties: { a: { $ref: '#/$defs/d0' } }, $defs: Object.fromEntries(definitions) }
}
