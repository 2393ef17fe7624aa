import type { Refused } from 'trimtab'
import { type Pattern, parsePattern, splitPath } from './pattern.ts'
import { hiddenBy, takes } from './reach.ts'

export interface RouteConfig {
  readonly match: string
  readonly upstream: string
  readonly order: number
  readonly methods?: readonly string[] | undefined
  readonly tenants?: readonly string[] | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly cached?: boolean | undefined
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
    const request = { method, tenant, path: splitPath(path) }
    return this.routes.find((route) => takes(route, request))
  }
}

/**
 * Puts the routes into the order in which they are asked, and finds everything that can't be meant: a pattern that can't
 * be read, an upstream that is not there, and a route that the earlier ones, alone or together, leave nothing to. Pure.
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
      refuse(name, 'upstream', 'expected the name of an upstream', `There are: ${known}.`)
    }
    const pattern = parsePattern(route.match)
    if (pattern === undefined) {
      refuse(name, 'match', 'expected a path', 'Write it like /orders, /orders/:id or /orders/*.')
      continue
    }
    const next: Route = { ...route, name, pattern }
    const hiding = hidingRoutes(next, compiled)
    if (hiding !== undefined) refuse(name, 'match', ...whyHidden(next, hiding))
    compiled.push(next)
  }
  return { table: new RouteTable(compiled), refused }
}

type Entry = readonly [name: string, route: RouteConfig]

function inOrder([nameA, a]: Entry, [nameB, b]: Entry): number {
  return a.order - b.order || (nameA < nameB ? -1 : 1)
}

/** One route that hides the next by itself, or those that do it together. */
function hidingRoutes(next: Route, earlier: readonly Route[]): readonly Route[] | undefined {
  const alone = earlier.find((each) => hiddenBy(next, [each]) !== undefined)
  return alone === undefined ? hiddenBy(next, earlier) : [alone]
}

function whyHidden(next: Route, hiding: readonly Route[]): [why: string, hint: string] {
  const names = listOf(hiding.map(({ name }) => name))
  if (hiding.length === 1 && hiddenBy(hiding[0] ?? next, [next]) !== undefined) {
    return [`takes the same requests as the route ${names}`, 'Remove one of the two.']
  }
  const why =
    hiding.length === 1
      ? `the route ${names} comes first and takes all of its requests`
      : `the routes ${names} come first and together take all of its requests`
  const lowest = Math.min(...hiding.map(({ order }) => order))
  return [`is never reached: ${why}`, `Give ${next.name} an order below ${lowest}, or remove it.`]
}

/** `a`, `a and b`, `a, b and c` */
function listOf(names: readonly string[]): string {
  return [names.slice(0, -1).join(', '), ...names.slice(-1)].filter((part) => part !== '').join(' and ')
}
