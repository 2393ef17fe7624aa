import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parsePath, printPath, segmentsOf } from '../../model/path.ts'
import type { Json, JsonObject } from '../../primitives/json.ts'
import { defineConfig } from '../../schema/define-config.ts'
import { dynamic, perTenant, secret } from '../../schema/marks.ts'
import { bytes, duration } from '../../schema/units.ts'
import { leavesOf } from '../publish/leaves.ts'
import { graft } from '../publish/graft.ts'
import { checkPublish } from './check-publish.ts'
import { redactLeaves } from './redact-leaves.ts'

const upstream = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('http'), url: z.url(), retries: z.number().int().max(5).optional() }),
  z.object({ kind: z.literal('file'), folder: z.string(), token: secret(z.string()) }),
])
const schema = defineConfig(
  z.object({
    http: z.object({
      port: z.number().int().min(1).max(65_535),
      hosts: z.array(z.object({ name: z.string(), tls: z.boolean() })),
    }),
    pool: dynamic(z.object({ max: z.number().default(10), idle: duration().default('30s'), url: secret(z.string()) })),
    routes: z.record(z.string(), upstream),
    limits: perTenant(z.object({ rps: z.number(), size: bytes(), level: z.enum(['low', 'high']) })),
    mixed: z.object({ a: z.string() }).and(z.object({ b: secret(z.string()) })),
    keys: secret(z.object({ first: z.string(), more: z.array(z.string()) })),
    pair: z.tuple([z.string(), secret(z.string())]),
    users: z.array(z.object({ name: z.string(), password: secret(z.string()) })),
  }),
).jsonSchema()

const good: JsonObject = {
  http: { port: 80, hosts: [{ name: 'a', tls: true }] },
  pool: { max: 3, idle: '5s', url: '${env:URL}' },
  routes: {
    '/v1/*': { kind: 'http', url: 'https://a.example', retries: 2 },
    b: { kind: 'file', folder: '/', token: '${env:T}' },
  },
  limits: { rps: 5, size: '64MiB', level: 'low' },
  mixed: { a: 'x', b: '${file:/run/secrets/b}' },
  keys: { first: '${env:A}', more: ['${env:B}', 'x ${env:C}'] },
  pair: ['a', '${env:D}'],
  users: [{ name: 'dana', password: '${env:P}' }],
}

function ask(tree: JsonObject, tenant?: string) {
  const sets = leavesOf(tree).map(({ segments, value }) => ({ tenant, segments, value }))
  const { findings, unknown } = checkPublish({
    kind: 'publish',
    schema,
    schemes: ['env', 'file'],
    sets,
    trees: [{ tenant, tree, before: {} }],
  })
  return {
    found: findings.map(({ kind, path }) => `${kind} ${path}`).toSorted(),
    details: findings.map(({ detail }) => detail),
    unknown: unknown.map((index) => printPath(sets[index]?.segments ?? [])),
  }
}

/** The good tree with one other value. */
function withValue(path: string, value: Json): JsonObject {
  const place = printPath(parsePath(path))
  const below = leavesOf(good).filter((leaf) => leaf.path === place || leaf.path.startsWith(`${place}.`))
  return graft(good, [...below.map((leaf) => ({ path: leaf.path, next: undefined })), { path: place, next: value }])
}

describe('what a registered schema says of a publish', () => {
  it('takes whatever part of a good configuration one layer has', () => {
    const leaves = leavesOf(good)
    fc.assert(
      fc.property(fc.subarray([...leaves]), (kept) => {
        const tree = graft(
          {},
          kept.map(({ path, value }) => ({ path, next: value })),
        )
        expect(ask(tree)).toEqual({ found: [], details: [], unknown: [] })
      }),
    )
  })

  it.each([
    ['http.port', 0, 'schema_refuses http.port'],
    ['http.port', '80', 'schema_refuses http.port'],
    ['http', 'none', 'schema_refuses http'],
    ['http.hosts', [{ name: 'a' }], 'schema_refuses http.hosts[0]'],
    ['http.hosts', [{ name: 1, tls: true }], 'schema_refuses http.hosts[0].name'],
    ['pool.idle', 'soon', 'schema_refuses pool.idle'],
    ['limits.level', 'middle', 'schema_refuses limits.level'],
    ['routes["/v1/*"].kind', 'ftp', 'schema_refuses routes["/v1/*"]'],
    ['routes["/v1/*"].retries', 6, 'schema_refuses routes["/v1/*"]'],
    ['pool.url', 'postgres://x', 'secret_literal pool.url'],
    ['pool.url', 7, 'secret_literal pool.url'],
    ['mixed.b', 'x', 'secret_literal mixed.b'],
    ['keys.first', 'x', 'secret_literal keys.first'],
    ['keys.more', ['${env:A}', 'x'], 'secret_literal keys.more[1]'],
    ['pair', ['a', 'b'], 'secret_literal pair[1]'],
    ['routes.b.token', 'x', 'secret_literal routes.b.token'],
    ['users', [{ name: 'dana', password: 'x' }], 'secret_literal users[0].password'],
  ] as const)('refuses %s: %j', (path, value, expected) => {
    expect(ask(withValue(path, value)).found).toEqual([expected])
  })

  it('says what is asked for, and never what was found', () => {
    const { details } = ask(withValue('http.port', 70_123))
    expect(details).toEqual(['"maximum": 65535, and found number'])
  })

  it.each(['nowhere', 'http.prt', 'pool.url.deeper', 'limits.rps.deeper', 'mixed.c', 'keys.second'])(
    'does not know %s',
    (path) => {
      expect(ask(graft({}, [{ path: printPath(parsePath(path)), next: '${env:A}' }])).unknown).toEqual([path])
    },
  )

  it('lets a tenant set what is marked per tenant, and nothing else', () => {
    const tree: JsonObject = { limits: { rps: 1 }, pool: { max: 1 }, http: { port: 1 } }
    expect(ask(tree, 'acme').found).toEqual(['not_per_tenant http.port', 'not_per_tenant pool.max'])
  })

  it('finds no fault that was there before', () => {
    const before = withValue('http.port', 0)
    const both = graft(before, [{ path: printPath(['limits', 'level']), next: 'middle' }])
    const trees = [{ tenant: undefined, tree: both, before }]
    const { findings } = checkPublish({ kind: 'publish', schema, schemes: ['env'], sets: [], trees })
    expect(findings.map(({ path }) => path)).toEqual(['limits.level'])
  })

  it('shows of secrets the references alone', () => {
    const literal = withValue('users', [
      { name: 'dana', password: 'hunter2' },
      { name: 'kim', password: 'a${env:P}b' },
    ])
    const leaves = leavesOf(graft(literal, [{ path: printPath(['keys', 'more']), next: ['hunter2'] }]))
    const schemes = ['env', 'file']
    const { shown } = redactLeaves({ kind: 'redact', schemas: [schema], schemes, hidesUnknown: false, leaves })
    const byPath = Object.fromEntries(leaves.map(({ path }, index) => [path, shown[index]]))
    expect(JSON.stringify(shown)).not.toContain('hunter2')
    expect(byPath['users']).toEqual([
      { name: 'dana', password: '[secret]' },
      { name: 'kim', password: '…${env:P}…' },
    ])
    expect(byPath['keys.more']).toEqual(['[secret]'])
    expect(byPath['http.port']).toBe(80)
    expect(leaves.every(({ path, segments }) => printPath(segments) === path && segmentsOf(path).length > 0)).toBe(true)
  })
})
