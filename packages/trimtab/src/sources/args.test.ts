import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { shapeFor } from '../../../../test/support/shape-for.ts'
import { printOrigin } from '../model/origin.ts'
import { parsePath } from '../model/path.ts'
import { secret } from '../schema/marks.ts'
import { printProblem } from '../schema/problem.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { argsSource } from './args.ts'

const planted = 'hunter2-planted'

const shape = shapeFor(
  z.object({
    pool: z.object({ max: z.number(), min: z.number().optional(), url: secret(z.string()) }),
    hosts: z.array(z.string()),
    routes: z.record(z.string(), z.object({ limit: z.number() })),
    name: z.string(),
  }),
)

async function read(...argv: string[]) {
  const reader = argsSource(argv).open({ clock: createManualClock(), random: () => 0.5, shape })
  const reading = await reader.read(new AbortController().signal)
  await reader.close()
  return reading
}

async function layerOf(...argv: string[]) {
  const reading = await read(...argv)
  if (reading.kind !== 'layer') throw new Error(`expected a layer, received ${JSON.stringify(reading)}`)
  expect(reading.warnings).toEqual([])
  return reading.layer
}

async function problemsOf(...argv: string[]) {
  const reading = await read(...argv)
  if (reading.kind !== 'unreadable') throw new Error(`expected problems, received ${JSON.stringify(reading)}`)
  const text = `${JSON.stringify(reading)} ${reading.problems.map(printProblem).join(' ')}`
  expect(text).not.toContain('hunter2')
  return reading.problems.map(printProblem)
}

describe('arguments', () => {
  it.each<[readonly string[], unknown]>([
    [[], {}],
    [['--set', 'pool.max=20'], { pool: { max: 20 } }],
    [['--set=pool.max=20'], { pool: { max: 20 } }],
    [['--set', 'pool.max=20', '--set=pool.min=1'], { pool: { max: 20, min: 1 } }],
    [['--set', 'name='], { name: '' }],
    [['--set', 'name=a=b=c'], { name: 'a=b=c' }],
    [['--set', 'hosts=a,b'], { hosts: ['a', 'b'] }],
    [['--set', 'pool={"max":1}'], { pool: { max: 1 } }],
    [['--set', 'routes["/v1/*"].limit=5'], { routes: { '/v1/*': { limit: 5 } } }],
    [['--set', 'routes["a=b]\\""].limit=5'], { routes: { 'a=b]"': { limit: 5 } } }],
    [['--set', 'routes.any={"limit":5}'], { routes: { any: { limit: 5 } } }],
    // The later one, whether it stands above or below the earlier one.
    [['--set', 'pool.max=1', '--set', 'pool.max=2'], { pool: { max: 2 } }],
    [['--set', 'pool.max=1', '--set', 'pool={"min":3}'], { pool: { min: 3 } }],
    [['--set', 'pool={"max":1,"min":2}', '--set', 'pool.max=3'], { pool: { max: 3, min: 2 } }],
    // What is not ours is somebody else's.
    [['serve', '--port', '80', '-v', '--settings=x', '--set=name=x', 'pool.max=9', '--setx', 'name=y'], { name: 'x' }],
    [['--set', 'name=x', '--', '--set', 'name=y', '--set'], { name: 'x' }],
    [['--set', 'pool.max=many'], { pool: { max: 'many' } }],
  ])('%j', async (argv, tree) => {
    expect((await layerOf(...argv)).tree).toEqual(tree)
  })

  it('says where each value comes from, and never the value', async () => {
    const layer = await layerOf('--set', `pool.url=${planted}`, '--set=routes["/v1/*"].limit=5')
    const place = (path: string) => {
      const location = layer.locate(parsePath(path))
      return location && printOrigin({ source: layer.source, location })
    }
    expect(place('pool.url')).toBe('--set pool.url')
    expect(place('routes["/v1/*"].limit')).toBe('--set routes["/v1/*"].limit')
    expect(place('pool')).toBeUndefined()
  })

  it('forgets where a value came from that was replaced from above', async () => {
    const layer = await layerOf('--set', 'pool.max=1', '--set', 'pool={"max":2}')
    expect(layer.locate(['pool', 'max'])).toEqual({ kind: 'argument', text: '--set pool' })
  })

  it.each<[string, readonly string[], string]>([
    [
      'nothing after it',
      ['--set'],
      '--set (argument 1): nothing follows. Write --set path=value, like --set pool.max=20.',
    ],
    [
      'no =',
      ['--set', 'pool.url', planted],
      '--set (argument 2): expected a path, = and a value, received no =. Write --set path=value, like --set pool.max=20.',
    ],
    [
      'a value alone',
      ['x', `--set=${planted}`],
      '--set (argument 2): expected a path, = and a value, received no =. Write --set path=value, like --set pool.max=20.',
    ],
    [
      'something that is no path',
      ['--set', `postgres://app:${planted}@db/?ssl=true`],
      '--set (argument 2): what stands before = cannot be read as a path. Write --set path=value, like --set pool.max=20.',
    ],
    [
      'no path at all',
      ['--set', `=${planted}`],
      '--set (argument 2): what stands before = cannot be read as a path. Write --set path=value, like --set pool.max=20.',
    ],
    [
      'an unknown field',
      ['--set', `pool.maxx=${planted}`],
      '--set pool.maxx: pool.maxx: is not a known setting. Did you mean pool.max?',
    ],
    [
      'an unknown section',
      ['--set', `pol.max=${planted}`],
      '--set pol.max: pol.max: is not a known setting. Did you mean pool.max?',
    ],
    ['a field that is like none', ['--set', `other=${planted}`], '--set other: other: is not a known setting'],
    ['a field of a single value', ['--set', `name.x=${planted}`], '--set name.x: name.x: is not a known setting'],
    [
      'the case of a letter',
      ['--set', `Pool.Max=${planted}`],
      '--set Pool.Max: Pool.Max: is not a known setting. Did you mean pool.max?',
    ],
    [
      'an element of a list',
      ['--set', `hosts[0]=${planted}`],
      '--set hosts[0]: a list is set as a whole, not by its elements. Write --set path=value, like --set pool.max=20.',
    ],
    [
      'a prototype key',
      ['--set', `routes.__proto__=${planted}`],
      '--set routes.__proto__: a key may not be named __proto__, constructor or prototype. Write --set path=value, like --set pool.max=20.',
    ],
    [
      'a prototype key in the value',
      ['--set', `routes={"constructor":"${planted}"}`],
      '--set routes: routes: a key may not be named __proto__, constructor or prototype. Choose another name.',
    ],
    [
      'a field below a text',
      ['--set', `pool=${planted}`, '--set', 'pool.max=1'],
      '--set pool: pool: expected an object, received string: a field in it is set as well. Write the object as JSON, or set its fields only.',
    ],
  ])('refuse %s', async (_, argv, message) => {
    expect(await problemsOf(...argv)).toEqual([message])
  })

  it('report every problem at once', async () => {
    expect(await problemsOf('--set', 'a=1', '--set', planted, '--set', 'name=x', '--set')).toHaveLength(3)
  })
})

describe('argsSource', () => {
  it('describes itself without reading anything', () => {
    expect(argsSource()).toMatchObject({
      name: 'args:--set',
      optional: false,
      strict: true,
      references: 'local',
      follows: 'never',
    })
  })

  it('takes the arguments of the process when it is given none', async () => {
    const before = process.argv
    process.argv = ['node', 'server.js', '--set', 'name=x']
    try {
      const reader = argsSource().open({ clock: createManualClock(), random: () => 0.5, shape })
      expect(await reader.read(new AbortController().signal)).toMatchObject({ layer: { tree: { name: 'x' } } })
    } finally {
      process.argv = before
    }
  })
})
