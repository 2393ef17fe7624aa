import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { shapeFor } from '../../../../../test/support/shape-for.ts'
import { matchName, type NameMatch } from './match-name.ts'

const shape = shapeFor(
  z.object({
    pool: z.object({ max: z.number(), requestsPerSecond: z.number(), 'read-timeout': z.number(), _: z.string() }),
    httpServer: z.object({ port: z.number() }),
    routes: z.record(z.string(), z.object({ upstream: z.string() })),
    hosts: z.array(z.object({ name: z.string() })),
    store: z.union([
      z.object({ kind: z.literal('file'), path: z.string(), limit: z.number() }),
      z.object({ kind: z.literal('db'), dbUrl: z.string(), limit: z.string() }),
    ]),
    mixed: z.union([z.object({ maxSize: z.number() }), z.record(z.string(), z.number())]),
    open: z.looseObject({ known: z.number() }),
    same_name: z.object({ a: z.number(), c: z.number() }),
    sameName: z.object({ b: z.number(), c: z.number() }),
  }),
)

/** The path as text, the candidates, or why there is none. */
function found(match: NameMatch): unknown {
  switch (match.kind) {
    case 'match':
      return match.path
    case 'ambiguous':
      return new Set(match.candidates)
    case 'unknown':
      return 'unknown'
    default:
      return match satisfies never
  }
}

describe('matchName', () => {
  it.each<[string, unknown]>([
    ['POOL MAX', ['pool', 'max']],
    ['pool max', ['pool', 'max']],
    ['Pool Max', ['pool', 'max']],
    ['POOL REQUESTS_PER_SECOND', ['pool', 'requestsPerSecond']],
    ['POOL requestsPerSecond', ['pool', 'requestsPerSecond']],
    ['P_O_O_L REQUESTSPERSECOND', ['pool', 'requestsPerSecond']],
    ['_POOL_ _MAX_', ['pool', 'max']],
    ['POOL READ_TIMEOUT', ['pool', 'read-timeout']],
    ['HTTP_SERVER PORT', ['httpServer', 'port']],
    ['POOL', ['pool']],
    ['HOSTS', ['hosts']],
  ])('takes %s for what the schema calls so', (name, path) => {
    expect(found(matchName(shape, name.split(' ')))).toEqual(path)
  })

  it.each<[string, unknown]>([
    ['ROUTES Api_V1 UPSTREAM', ['routes', 'api_v1', 'upstream']],
    ['ROUTES api', ['routes', 'api']],
    ['ROUTES 1', ['routes', '1']],
    ['OPEN KNOWN', ['open', 'known']],
    ['OPEN Other', ['open', 'other']],
    // An option of a union that is a record takes any key.
    ['MIXED ANY', ['mixed', 'any']],
  ])('takes a key that nobody has named, as in %s, in lower case', (name, path) => {
    expect(found(matchName(shape, name.split(' ')))).toEqual(path)
  })

  it.each([
    'POO MAX',
    'POOL MAXIMUM',
    'POOL_MAX',
    'POOL MAX X',
    'MAX',
    '',
    ' ',
    'POOL ',
    'POOL _',
    'HOSTS 0',
    'HOSTS 0 NAME',
    'ROUTES ',
    'ROUTES CONSTRUCTOR',
    'ROUTES __PROTO__',
    'ROUTES prototype UPSTREAM',
    `ROUTES ${'a'.repeat(129)}`,
    'CONSTRUCTOR',
    'TOSTRING',
  ])('knows nothing called %j', (name) => {
    expect(found(matchName(shape, name.split(' ')))).toBe('unknown')
  })

  it('knows nothing called by no name', () => {
    expect(found(matchName(shape, []))).toBe('unknown')
  })

  it('finds the fields of any option of a union', () => {
    expect(found(matchName(shape, ['STORE', 'PATH']))).toEqual(['store', 'path'])
    expect(found(matchName(shape, ['STORE', 'DB_URL']))).toEqual(['store', 'dbUrl'])
  })

  it('takes a field that several options have for one place, converted as any of them', () => {
    const match = matchName(shape, ['STORE', 'LIMIT'])
    expect(found(match)).toEqual(['store', 'limit'])
    expect(match.kind === 'match' && match.shape.fromText('20')).toBe(20)
    expect(match.kind === 'match' && match.shape.fromText('many')).toBe('many')
    expect(match.kind === 'match' && match.shape.takesAnyText).toBe(true)
  })

  it('says so when a name means two fields, and none when the rest of it decides', () => {
    expect(found(matchName(shape, ['SAME_NAME']))).toEqual(new Set(['sameName', 'same_name']))
    expect(found(matchName(shape, ['SAMENAME', 'C']))).toEqual(new Set(['sameName.c', 'same_name.c']))
    expect(found(matchName(shape, ['SAME_NAME', 'A']))).toEqual(['same_name', 'a'])
    expect(found(matchName(shape, ['SAME_NAME', 'B']))).toEqual(['sameName', 'b'])
    expect(found(matchName(shape, ['MIXED', 'MAX_SIZE']))).toEqual(new Set(['mixed.maxSize', 'mixed.max_size']))
  })

  it('gives the shape of the place, a union whole', () => {
    const match = matchName(shape, ['POOL', 'MAX'])
    expect(match.kind === 'match' && match.shape.fromText('20')).toBe(20)
    const union = matchName(shape, ['STORE'])
    expect(union.kind === 'match' && union.shape.kind).toBe('union')
  })
})
