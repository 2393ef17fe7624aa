import type { Refused } from 'trimtab'
import { covers, matches, type Pattern, parsePattern, splitPath } from './pattern.ts'

export interface RouteConfig {
  readonly match: string
  readonly upstream: string
  readonly order: number
  readonly methods?: readonly string[] | undefined
  readonly tenants?: readonly string[] | undefined
  readonly headers: Readonly<Record<string, string>>
}

/** A route that can be matched. */
export interface Route extends RouteConfig {
  readonly name: string
  readonly pattern: Pattern
}

export interface RouteQuery {
  readonly method: string
  readonly path: string
  readonly tenant: string
}

export interface TrafficConfig {
  readonly upstreams: Readonly<Record<string, unknown>>
  readonly routes: Readonly<Record<string, RouteConfig>>
}

/** Finds the first route that fits. Immutable: a change of the routes is another table. */
export class RouteTable {
  readonly routes: readonly Route[]

  constructor(routes: readonly Route[]) {
    this.routes = routes
  }

  find({ method, path, tenant }: RouteQuery): Route | undefined {
    const segments = splitPath(path)
    return this.routes.find(
      ({ pattern, methods, tenants }) =>
        (methods === undefined || methods.includes(method)) &&
        (tenants === undefined || tenants.includes(tenant)) &&
        matches(pattern, segments),
    )
  }
}

/**
 * Puts the routes into the order in which they are asked, and finds everything that can't be meant: a pattern that can't
 * be read, an upstream that is not there, and a route that an earlier one leaves nothing to. Pure.
 */
export function compileRoutes({ upstreams, routes }: TrafficConfig): {
  readonly table: RouteTable
  readonly refused: readonly Refused[]
} {
  const refused: Refused[] = []
  const refuse = (name: string, field: keyof RouteConfig, why: string, hint: string) =>
    refused.push({ path: ['traffic', 'routes', name, field], why, hint })

  const compiled: Route[] = []
  for (const [name, route] of Object.entries(routes).toSorted(inOrder)) {
    if (!Object.hasOwn(upstreams, route.upstream)) {
      const known = Object.keys(upstreams).toSorted().join(', ') || 'none'
      refuse(name, 'upstream', 'expected the name of an upstream', `There are: ${known}`)
    }
    const pattern = parsePattern(route.match)
    if (pattern === undefined) {
      refuse(name, 'match', 'expected a path', 'Write it like /orders, /orders/:id or /orders/*')
      continue
    }
    const next: Route = { ...route, name, pattern }
    const earlier = compiled.find((each) => takesAll(each, next))
    if (earlier !== undefined) {
      if (takesAll(next, earlier)) {
        refuse(name, 'match', `takes the same requests as the route ${earlier.name}`, 'Remove one of the two')
      } else {
        const why = `is never reached: the route ${earlier.name} comes first and takes all of its requests`
        refuse(name, 'match', why, `Give ${name} an order below ${earlier.order}, or remove it`)
      }
    }
    compiled.push(next)
  }
  return { table: new RouteTable(compiled), refused }
}

type Entry = readonly [name: string, route: RouteConfig]

function inOrder([nameA, a]: Entry, [nameB, b]: Entry): number {
  return a.order - b.order || (nameA < nameB ? -1 : 1)
}

function takesAll(earlier: Route, later: Route): boolean {
  return (
    covers(earlier.pattern, later.pattern) &&
    includesAll(earlier.methods, later.methods) &&
    includesAll(earlier.tenants, later.tenants)
  )
}

/** Without a list, everybody is meant. */
function includesAll(wide: readonly string[] | undefined, narrow: readonly string[] | undefined): boolean {
  return wide === undefined || (narrow?.every((each) => wide.includes(each)) ?? false)
}
