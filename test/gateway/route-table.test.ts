import { describe, expect, it } from 'vitest'
import { matches, parsePattern, splitPath } from '../../examples/gateway/src/routing/pattern.ts'
import { hiddenBy } from '../../examples/gateway/src/routing/reach.ts'
import { compileRoutes, type RouteConfig } from '../../examples/gateway/src/routing/route-table.ts'

const compile = (routes: Record<string, Partial<RouteConfig>>) =>
  compileRoutes({
    upstreams: { blue: {}, green: {} },
    routes: Object.fromEntries(
      Object.entries(routes).map(([name, route]) => [
        name,
        { match: '/', upstream: 'blue', order: 100, headers: {}, ...route },
      ]),
    ),
  })

const refusedBy = (routes: Record<string, Partial<RouteConfig>>) =>
  compile(routes).refused.map(({ path, why }) => `${path.slice(2).join('.')}: ${why}`)

describe('a pattern', () => {
  const does = (pattern: string, path: string) => {
    const parsed = parsePattern(pattern)
    return parsed !== undefined && matches(parsed, splitPath(path))
  }

  it.each([
    ['/orders', '/orders', true],
    ['/orders', '/orders/', true],
    ['/orders', '/orders?a=/b', true],
    ['/orders', '/orders/1', false],
    ['/orders/:id', '/orders/1', true],
    ['/orders/:id', '/orders', false],
    ['/orders/*', '/orders', true],
    ['/orders/*', '/orders/1/items', true],
    ['/orders/*', '/ordersx', false],
    ['/*', '/', true],
    ['/', '/', true],
    ['/', '/x', false],
  ])('%s and the path %s: %s', (pattern, path, expected) => {
    expect(does(pattern, path)).toBe(expected)
  })

  it.each(['orders', '/or*ders', '/*/orders', '/or ders', '/:', '/a//b', ''])('is none: %s', (text) => {
    expect(parsePattern(text)).toBeUndefined()
  })

  it.each([
    ['/*', '/orders/:id', true],
    ['/orders/*', '/orders', true],
    ['/orders/:id', '/orders/1', true],
    ['/orders/1', '/orders/:id', false],
    ['/orders', '/orders/*', false],
    ['/orders/*', '/*', false],
  ])('%s covers %s: %s', (a, b, expected) => {
    const [wide, narrow] = [parsePattern(a), parsePattern(b)]
    if (wide === undefined || narrow === undefined) throw new Error('Both are patterns')
    expect(hiddenBy({ pattern: narrow }, [{ pattern: wide }]) !== undefined).toBe(expected)
  })
})

describe('routes', () => {
  it('are asked by order, then by name', () => {
    const { table, refused } = compile({ b: { match: '/x' }, a: { match: '/y' }, first: { match: '/z', order: 1 } })
    expect(refused).toEqual([])
    expect(table.routes.map(({ name }) => name)).toEqual(['first', 'a', 'b'])
  })

  it('take only the methods and tenants they name', () => {
    const { table } = compile({
      beta: { match: '/x', order: 1, tenants: ['acme'], upstream: 'green' },
      read: { match: '/x', order: 2, methods: ['GET'] },
    })
    const find = (method: string, tenant: string) => table.find({ method, tenant, path: '/x' })?.name
    expect([find('POST', 'acme'), find('GET', 'globex'), find('POST', 'globex')]).toEqual(['beta', 'read', undefined])
  })

  it('are refused where an earlier one takes all of their requests', () => {
    expect(refusedBy({ all: { match: '/*', order: 1 }, one: { match: '/x' } })).toEqual([
      'one.match: is never reached: the route all comes first and takes all of its requests',
    ])
    expect(refusedBy({ some: { match: '/*', order: 1, tenants: ['acme'] }, one: { match: '/x' } })).toEqual([])
    expect(refusedBy({ some: { match: '/*', order: 1, methods: ['GET'] }, one: { match: '/x' } })).toEqual([])
    expect(refusedBy({ one: { match: '/x', order: 1 }, all: { match: '/*' } })).toEqual([])
  })

  it.each<[string, Record<string, Partial<RouteConfig>>, string]>([
    [
      'methods',
      {
        get: { order: 1, methods: ['GET'] },
        put: { order: 2, methods: ['PUT', 'POST'] },
        late: { methods: ['GET', 'PUT'] },
      },
      'get and put',
    ],
    [
      'tenants',
      {
        a: { order: 1, tenants: ['acme'] },
        g: { order: 2, tenants: ['globex'] },
        late: { tenants: ['acme', 'globex'] },
      },
      'a and g',
    ],
    [
      'lengths',
      { one: { match: '/x', order: 1 }, more: { match: '/x/:id/*', order: 2 }, late: { match: '/x/*' } },
      'one and more',
    ],
  ])('are refused where earlier ones share all of their requests, by %s', (_by, routes, names) => {
    expect(refusedBy(routes)).toEqual([
      `late.match: is never reached: the routes ${names} come first and together take all of its requests`,
    ])
  })

  it('are refused where two take the same requests', () => {
    expect(refusedBy({ a: { match: '/x/:id' }, b: { match: '/x/:name' } })).toEqual([
      'b.match: takes the same requests as the route a',
    ])
  })

  it('are refused with an upstream that is not there, also one that every object has', () => {
    expect(refusedBy({ a: { match: '/a', upstream: 'red' }, b: { match: '/b', upstream: 'constructor' } })).toEqual([
      'a.upstream: expected the name of an upstream',
      'b.upstream: expected the name of an upstream',
    ])
  })

  it('are refused all at once', () => {
    expect(refusedBy({ a: { match: 'a' }, b: { match: 'b', upstream: 'red' } })).toHaveLength(3)
  })
})
