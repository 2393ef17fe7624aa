import { expect, onTestFinished, test } from 'vitest'
import { type PgLike, storeOn } from '../../packages/trimtab/src/postgres/index.ts'
import { genesis } from '../../packages/trimtab/src/store/cursor.ts'
import { badInputs } from '../../packages/trimtab/src/testing/contracts/store-cases/input-cases.ts'

/** A store on a database that only notes what it is asked. */
function spied() {
  const statements: string[] = []
  const refuse = (text: string): never => {
    statements.push(text)
    throw new Error('It was asked.')
  }
  const database: PgLike = {
    query: async (text) => refuse(text),
    transaction: async () => refuse('begin'),
    openListener: async () => refuse('listen'),
    renew() {},
    async close() {},
  }
  const store = storeOn(database)
  onTestFinished(() => store.close())
  return { store, statements }
}

const terms = { author: 'dana', message: 'why', expected: genesis }
// Nothing of it is what the types allow: that is the point.
const anything = (value: unknown) => value as never
const sql = "x'; drop table trimtab.entries; --"
const deep = (levels: number): unknown => (levels === 0 ? 1 : { properties: { a: deep(levels - 1) } })

test('what can not be published is refused before a database is asked for anything', async () => {
  const { store, statements } = spied()
  // Whether a name is taken hangs on what is there.
  const inputs = badInputs().filter(({ code }) => code !== 'name_taken')
  expect(inputs.length).toBeGreaterThan(75)
  for (const { what, code, edits, terms: given } of inputs) {
    const result = await store.publish(anything(edits), anything({ ...terms, ...given }))
    expect(result, what).toMatchObject({ kind: 'refused' })
    if (result.kind === 'refused')
      expect(
        result.problems.map((problem) => problem.code),
        what,
      ).toContain(code)
    expect(statements, what).toEqual([])
  }
})

test('SQL in a name is refused before a database is asked for anything', async () => {
  const { store, statements } = spied()
  for (const scope of [sql, `checkout/${sql}`, `checkout/production/${sql}`]) {
    expect(await store.publish([{ scope, path: 'a', value: 1 }], terms)).toMatchObject({ kind: 'refused' })
    await expect(store.read(scope)).rejects.toMatchObject({ code: 'option_invalid' })
  }
  const asked: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['readEnvironment', () => store.readEnvironment(sql)],
    ['since', () => store.since(sql, genesis, 10)],
    ['history', () => store.history(sql)],
    ['history of a scope', () => store.history('a/b', { scope: sql })],
    ['history of a path', () => store.history('a/b', { path: sql })],
    ['rollback', () => store.rollback(sql, 1, terms)],
    ['prune', () => store.prune(sql, 1)],
    ['prune to', () => store.prune('a/b', anything(sql))],
    ['read at', () => store.read('a/b', anything(sql))],
    ['markLive', () => store.markLive(sql, '1', 1_000)],
    ['markLive of', () => store.markLive('a', sql, 1_000)],
    ['registerSchema', () => store.registerSchema(sql, '1', {})],
    ['registerSchema of', () => store.registerSchema('a', sql, {})],
    ['schemas', () => store.schemas(sql)],
  ]
  for (const [what, call] of asked) {
    await expect(call(), what).rejects.toMatchObject({ code: 'option_invalid' })
    expect(statements, what).toEqual([])
  }
})

test('hostile schemas are refused before a database is asked for anything', async () => {
  const { store, statements } = spied()
  const hostile: readonly (readonly [string, unknown])[] = [
    ['a list', []],
    ['no JSON', { default: () => 1 }],
    ['itself', circular()],
    ['257 KiB', { description: 'x'.repeat(257 * 1024) }],
    ['deep', deep(20)],
    ['a prototype key', JSON.parse('{"properties":{"__proto__":{"type":"string"}}}')],
    ['a NUL character', { title: 'a\0' }],
    ['half a character', { title: '\ud800' }],
    ['a number beyond doubles', JSON.parse('{"maximum":1e999}')],
    ['a reference to another host', { $ref: 'https://example.com/schema.json' }],
    ['a reference to a file', { properties: { a: { $ref: 'file:///etc/passwd' } } }],
    ['a reference to nothing', { $ref: '#/$defs/none' }],
    ['a dynamic reference', { $dynamicRef: '#a' }],
    ['a pattern that is none', { properties: { a: { pattern: '(' } } }],
  ]
  for (const [what, schema] of hostile) {
    await expect(store.registerSchema('checkout', '1.0.0', anything(schema)), what).rejects.toMatchObject({
      code: 'option_invalid',
    })
  }
  expect(statements).toEqual([])
})

function circular(): unknown {
  const schema: Record<string, unknown> = {}
  schema['not'] = schema
  return schema
}

test('the database is asked by what is in order', async () => {
  const { store, statements } = spied()
  await expect(store.publish([{ scope: 'a/b', path: 'a', value: sql }], terms)).rejects.toMatchObject({
    code: 'store_unavailable',
  })
  expect(statements).toHaveLength(1)
  // Values go beside the statement, never into it.
  expect(statements.join()).not.toContain('drop table')
})
