import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { shapeFor } from '../../../../test/support/shape-for.ts'
import { isTrimtabError } from '../errors/trimtab-error.ts'
import { printOrigin } from '../model/origin.ts'
import { parsePath } from '../model/path.ts'
import { printProblem } from '../schema/problem.ts'
import { secret } from '../schema/marks.ts'
import { duration } from '../schema/units.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { type EnvSourceOptions, envSource } from './env.ts'
import type { Reading } from './source.ts'

const planted = 'hunter2-planted'

const shape = shapeFor(
  z.object({
    port: z.number(),
    name: z.string(),
    note: z.string().optional(),
    level: z.enum(['debug', 'info']),
    verbose: z.boolean(),
    idle: duration().default('30s'),
    hosts: z.array(z.string()),
    pool: z.object({ max: z.number(), min: z.number().optional(), url: secret(z.string()) }),
    limits: z.object({ requestsPerSecond: z.number() }),
    routes: z.record(z.string(), z.object({ upstream: z.string() })),
    id: z.union([z.string(), z.number()]),
    max_size: z.number(),
    maxSize: z.number(),
    brokers: z.array(z.string()),
  }),
)

async function read(options: EnvSourceOptions): Promise<Reading> {
  const reader = envSource(options).open({ clock: createManualClock(), random: () => 0.5, shape })
  const reading = await reader.read(new AbortController().signal)
  await reader.close()
  return reading
}

async function layerOf(env: Record<string, string | undefined>, map?: Record<string, string>) {
  const reading = await read({ prefix: 'APP_', env, map })
  if (reading.kind !== 'layer') throw new Error(`expected a layer, received ${JSON.stringify(reading)}`)
  return reading
}

async function treeOf(env: Record<string, string | undefined>, map?: Record<string, string>) {
  const { layer, warnings } = await layerOf(env, map)
  expect(warnings).toEqual([])
  return layer.tree
}

async function problemsOf(env: Record<string, string | undefined>, map?: Record<string, string>) {
  const reading = await read({ prefix: 'APP_', env, map })
  if (reading.kind !== 'unreadable') throw new Error(`expected problems, received ${JSON.stringify(reading)}`)
  expect(JSON.stringify(reading)).not.toContain(planted)
  return reading.problems.filter(({ severity }) => severity === 'error').map(printProblem)
}

describe('the environment', () => {
  it.each<[string, string, unknown]>([
    ['APP_PORT', '8080', { port: 8080 }],
    ['APP_NAME', '8080', { name: '8080' }],
    ['APP_NAME', ' spaces stay ', { name: ' spaces stay ' }],
    ['APP_VERBOSE', 'true', { verbose: true }],
    ['APP_IDLE', '5s', { idle: '5s' }],
    ['APP_LEVEL', 'debug', { level: 'debug' }],
    ['APP_HOSTS', 'a,b', { hosts: ['a', 'b'] }],
    ['APP_HOSTS', '["a","b"]', { hosts: ['a', 'b'] }],
    ['APP_POOL__MAX', '20', { pool: { max: 20 } }],
    ['APP_LIMITS__REQUESTS_PER_SECOND', '5', { limits: { requestsPerSecond: 5 } }],
    ['APP_limits__requestsPerSecond', '5', { limits: { requestsPerSecond: 5 } }],
    ['APP_ROUTES__API__UPSTREAM', 'http://a', { routes: { api: { upstream: 'http://a' } } }],
    ['APP_POOL', '{"max":20,"url":"x"}', { pool: { max: 20, url: 'x' } }],
    ['APP_ROUTES', '{"/v1/*":{"upstream":"b"}}', { routes: { '/v1/*': { upstream: 'b' } } }],
    // What does not fit is left to validation, which names the type.
    ['APP_PORT', 'many', { port: 'many' }],
    ['APP_PORT', 'tcp', { port: 'tcp' }],
  ])('%s=%s', async (name, text, tree) => {
    expect(await treeOf({ [name]: text })).toEqual(tree)
  })

  it('says where each value comes from', async () => {
    const { layer } = await layerOf({ APP_POOL: '{"max":1,"min":2}', APP_POOL__MAX: '20' })
    const place = (path: string) => {
      const location = layer.locate(parsePath(path))
      return location && printOrigin({ source: layer.source, location })
    }
    expect(layer.source).toBe('env:APP_')
    expect(place('pool.max')).toBe('env APP_POOL__MAX')
    expect(place('pool.min')).toBe('env APP_POOL')
    expect(place('pool')).toBe('env APP_POOL')
    expect(place('port')).toBeUndefined()
  })

  it('takes given names as the map says, whatever they are like', async () => {
    const map = { DATABASE_URL: 'pool.url', APP_LISTEN: 'port' }
    expect(await treeOf({ DATABASE_URL: planted, APP_LISTEN: '1', OTHER: 'x' }, map)).toEqual({
      pool: { url: planted },
      port: 1,
    })
  })

  it('takes the map alone when the prefix is empty', async () => {
    const reading = await read({ prefix: '', map: { PORT: 'port' }, env: { PORT: '1', NAME: 'x', POOL__MAX: '2' } })
    expect(reading).toMatchObject({ kind: 'layer', layer: { source: 'env:map', tree: { port: 1 } }, warnings: [] })
  })

  it('takes an empty variable as unset, unless its field is a string', async () => {
    expect(
      await treeOf({
        APP_PORT: '',
        APP_VERBOSE: '',
        APP_LEVEL: '',
        APP_IDLE: '',
        APP_HOSTS: '',
        APP_POOL: '',
        APP_POOL__MAX: '',
        APP_MAX_SIZE: '',
      }),
    ).toEqual({})
    expect(await treeOf({ APP_NAME: '', APP_NOTE: '', APP_POOL__URL: '', APP_ID: '' })).toEqual({
      name: '',
      note: '',
      pool: { url: '' },
      id: '',
    })
  })

  it('adds up an object and a field in it, the deeper one wins', async () => {
    const object = { APP_POOL: '{"max":1,"min":2}', APP_POOL__MAX: '20' }
    expect(await treeOf(object)).toEqual({ pool: { max: 20, min: 2 } })
    // Whatever their order.
    expect(await treeOf(Object.fromEntries(Object.entries(object).toReversed()))).toEqual({ pool: { max: 20, min: 2 } })
    const mapped = { APP_POOL__MAX: '20', POOL: '{"max":1,"min":2}' }
    expect(await treeOf(mapped, { POOL: 'pool' })).toEqual({ pool: { max: 20, min: 2 } })
  })

  it('refuses a text in place of an object that another variable sets a field in', async () => {
    expect(await problemsOf({ APP_POOL: planted, APP_POOL__MAX: '20' })).toEqual([
      'env APP_POOL: pool: expected an object, received string: a field in it is set as well. Write the object as JSON, or set its fields only.',
    ])
  })

  it('refuses keys in JSON that no configuration may have', async () => {
    expect(await problemsOf({ APP_ROUTES: `{"__proto__":{"upstream":"${planted}"}}` })).toEqual([
      'env APP_ROUTES: routes: a key may not be named __proto__, constructor or prototype. Choose another name.',
    ])
  })

  it('refuses two variables that say different things about one place', async () => {
    expect(await problemsOf({ APP_POOL__URL: planted, APP_POOL__url: `${planted}2` })).toEqual([
      'env APP_POOL__url: pool.url: is set by env APP_POOL__URL as well, to something else. Remove one of the two.',
    ])
    expect(
      await problemsOf({ APP_POOL__URL: planted, DATABASE_URL: `${planted}2` }, { DATABASE_URL: 'pool.url' }),
    ).toEqual([
      'env DATABASE_URL: pool.url: is set by env APP_POOL__URL as well, to something else. Remove one of the two.',
    ])
  })

  it('takes two variables that say the same, or of which one is empty', async () => {
    const map = { DATABASE_MAX: 'pool.max' }
    expect(await treeOf({ APP_POOL__MAX: '20', DATABASE_MAX: '20' }, map)).toEqual({ pool: { max: 20 } })
    expect(await treeOf({ APP_POOL__MAX: '', DATABASE_MAX: '20' }, map)).toEqual({ pool: { max: 20 } })
  })

  it('refuses a name that means two fields, and says how to tell them apart', async () => {
    expect(await problemsOf({ APP_MAX_SIZE: '1' })).toEqual([
      "env APP_MAX_SIZE: can mean maxSize and max_size. Say which one is meant: map: { APP_MAX_SIZE: 'maxSize' }.",
    ])
    expect(await treeOf({ APP_MAX_SIZE: '1' }, { APP_MAX_SIZE: 'maxSize' })).toEqual({ maxSize: 1 })
  })

  it('reports every problem at once', async () => {
    const env = { APP_MAX_SIZE: '1', APP_POOL: planted, APP_POOL__MAX: '20', APP_PORT: '1', APP_port: '2' }
    expect(await problemsOf(env)).toHaveLength(3)
  })

  it.each<[string, string | undefined]>([
    ['APP_POOL__MAXX', 'Did you mean APP_POOL__MAX?'],
    ['APP_POOL_MAX', 'Did you mean APP_POOL__MAX?'],
    ['APP_LIMITS_REQUESTS_PER_SECOND', 'Did you mean APP_LIMITS__REQUESTS_PER_SECOND?'],
    ['APP_PROT', 'Did you mean APP_PORT?'],
    ['APP_NOTHING_LIKE_IT', undefined],
    ['APP_', undefined],
    ['APP___PROTO__', 'Did you mean APP_PORT?'],
    ['APP_ROUTES__CONSTRUCTOR', undefined],
  ])('warns of %s and goes on', async (name, hint) => {
    const { layer, warnings } = await layerOf({ [name]: planted, APP_PORT: '1', OTHER_MAXX: planted })
    expect(layer.tree).toEqual({ port: 1 })
    const origin = { source: 'env:APP_', location: { kind: 'variable', name } }
    expect(warnings).toEqual([
      {
        code: 'unknown_key',
        severity: 'warning',
        origin,
        message: 'is not a known setting and is ignored',
        ...(hint && { hint }),
      },
    ])
  })

  it('gives the very same reading each time, whatever happens to the environment', async () => {
    const env: Record<string, string | undefined> = { APP_PORT: '1' }
    const reader = envSource({ prefix: 'APP_', env }).open({ clock: createManualClock(), random: () => 0.5, shape })
    const { signal } = new AbortController()
    const first = await reader.read(signal)
    env['APP_PORT'] = '2'
    expect(await reader.read(signal)).toBe(first)
    expect(reader.watch).toBeUndefined()
    await reader.close()
  })

  it('has the same digest for the same content', async () => {
    const [one, two, other] = await Promise.all([
      layerOf({ APP_PORT: '1', APP_NAME: 'x' }),
      layerOf({ APP_name: 'x', APP_port: '1' }),
      layerOf({ APP_PORT: '2', APP_NAME: 'x' }),
    ])
    expect(two.layer.digest).toBe(one.layer.digest)
    expect(other.layer.digest).not.toBe(one.layer.digest)
  })

  it('reads the environment of the process when it is given none, and not before it is opened', async () => {
    const source = envSource({ prefix: 'TRIMTAB_TEST_ENV_' })
    process.env['TRIMTAB_TEST_ENV_PORT'] = '7'
    try {
      const reader = source.open({ clock: createManualClock(), random: () => 0.5, shape })
      expect(await reader.read(new AbortController().signal)).toMatchObject({ layer: { tree: { port: 7 } } })
    } finally {
      delete process.env['TRIMTAB_TEST_ENV_PORT']
    }
  })
})

describe('what Kubernetes puts into the environment', () => {
  it('is not taken for a port, and warned of', async () => {
    const { layer, warnings } = await layerOf({ APP_PORT: 'tcp://10.0.0.1:80', APP_NAME: 'x' })
    expect(layer.tree).toEqual({ name: 'x' })
    expect(warnings.map(printProblem)).toEqual([
      'env APP_PORT: port: holds the address of a Kubernetes service and is not used. Kubernetes sets it for a service; `enableServiceLinks: false` keeps such variables away.',
    ])
  })

  it('is warned of with its cause where it matches nothing', async () => {
    const names = [
      'APP_SERVICE_HOST',
      'APP_SERVICE_PORT',
      'APP_SERVICE_PORT_HTTP',
      'APP_PORT_80_TCP',
      'APP_PORT_80_TCP_PROTO',
      'APP_PORT_80_TCP_PORT',
      'APP_PORT_80_TCP_ADDR',
      'APP_REDIS_PORT',
      'APP_REDIS_PORT_6379_UDP',
    ]
    const { layer, warnings } = await layerOf(Object.fromEntries(names.map((name) => [name, 'tcp://10.0.0.1:80'])))
    expect(layer.tree).toEqual({})
    expect(warnings).toHaveLength(names.length)
    for (const { hint } of warnings) expect(hint).toContain('enableServiceLinks')
  })

  it('is a value like any other in a string, and such an address under another name too', async () => {
    expect(await treeOf({ APP_NAME: 'tcp://10.0.0.1:80' })).toEqual({ name: 'tcp://10.0.0.1:80' })
    expect(await treeOf({ APP_BROKERS: 'tcp://a:1,tcp://b:2' })).toEqual({ brokers: ['tcp://a:1', 'tcp://b:2'] })
  })
})

describe('envSource', () => {
  it('describes itself without reading anything', () => {
    expect(envSource({ prefix: 'APP_' })).toMatchObject({
      name: 'env:APP_',
      optional: false,
      strict: false,
      references: 'local',
      follows: 'never',
    })
    expect(envSource({ prefix: 'APP_', name: 'injected' }).name).toBe('env:injected')
  })

  it.each<[string, EnvSourceOptions]>([
    ['neither prefix nor map', { prefix: '' }],
    ['an empty map', { prefix: '', map: {} }],
    ['a path that cannot be read', { prefix: 'APP_', map: { A: 'pool..max' } }],
    ['the root', { prefix: 'APP_', map: { A: '' } }],
    ['an element of a list', { prefix: 'APP_', map: { A: 'hosts[0]' } }],
    ['a prototype key', { prefix: 'APP_', map: { A: 'routes.__proto__' } }],
  ])('throws for %s', (_, options) => {
    expect(() => envSource(options)).toThrow(expect.toSatisfy((error) => isTrimtabError(error, 'option_invalid')))
  })

  it('throws for a path in the map that the schema does not know, when it is opened', () => {
    const source = envSource({ prefix: 'APP_', map: { DATABASE_URL: 'pool.uri' }, env: {} })
    const open = () => source.open({ clock: createManualClock(), random: () => 0.5, shape })
    expect(open).toThrow(expect.toSatisfy((error) => isTrimtabError(error, 'option_invalid')))
    expect(open).toThrow('map.DATABASE_URL')
  })
})
