import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { compileRoutes, type RouteConfig } from '../../examples/gateway/src/routing/route-table.ts'

/** Few names, so that routes meet; `other` is in no route. */
const segments = ['a', 'b', ':p', ':p'] as const
const methods = ['GET', 'PUT'] as const
const tenants = ['acme', 'globex'] as const
const longest = 3

const subset = (names: readonly string[]) =>
  fc.option(fc.subarray([...names], { minLength: 1 }), { nil: undefined, freq: 4 })

const route = fc
  .record({
    path: fc.array(fc.constantFrom(...segments), { maxLength: longest - 1 }),
    isOpen: fc.boolean(),
    order: fc.integer({ min: 1, max: 4 }),
    methods: subset(methods),
    tenants: subset(tenants),
  })
  .map(({ path, isOpen, ...rest }): RouteConfig => {
    return { ...rest, match: `/${[...path, ...(isOpen ? ['*'] : [])].join('/')}`, upstream: 'blue', headers: {} }
  })

/** Every request that could make a difference: all paths up to one segment more than any pattern has. */
function everyRequest() {
  let paths: readonly string[] = ['']
  const all = ['/']
  for (let length = 1; length <= longest; length += 1) {
    paths = paths.flatMap((path) => ['a', 'b', 'other'].map((segment) => `${path}/${segment}`))
    all.push(...paths)
  }
  return all.flatMap((path) =>
    [...methods, 'TRACE'].flatMap((method) => [...tenants, 'other'].map((tenant) => ({ path, method, tenant }))),
  )
}
const requests = everyRequest()

it('a route is refused exactly where no request comes to it', () => {
  let hidden = 0
  let together = 0
  fc.assert(
    fc.property(fc.array(route, { minLength: 1, maxLength: 12, size: 'max' }), (list) => {
      const routes = Object.fromEntries(list.map((each, index) => [`r${index}`, each]))
      const { table, refused } = compileRoutes({ upstreams: { blue: {} }, routes })
      const reached = new Set(requests.map((request) => table.find(request)?.name))
      const unreached = Object.keys(routes).filter((name) => !reached.has(name))
      expect(new Set(refused.map(({ path }) => path[2]))).toEqual(new Set(unreached))
      expect(refused).toHaveLength(unreached.length)
      hidden += unreached.length
      together += refused.filter(({ why }) => why.includes('together')).length
    }),
    { numRuns: 1_000 },
  )
  // Both are met, so that something is proved.
  expect(hidden).toBeGreaterThan(500)
  expect(together).toBeGreaterThan(10)
})
