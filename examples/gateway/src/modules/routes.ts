import { defineModule, type Module, refusal } from 'trimtab'
import { config } from '../config.ts'
import { compileRoutes, type RouteTable, type TrafficConfig } from '../routing/route-table.ts'

/**
 * The route table. It owns the upstreams' section beside its own, so that it is asked as well when an upstream is taken
 * away from under a route. A change makes another table, which readers get at the commit, together with the upstreams
 * that it names: a table changed in place would send requests to upstreams that are not there yet.
 */
export const routes: Module<RouteTable> = defineModule({
  name: 'routes',
  config: config.section('traffic'),
  check: ({ next }) => compile(next),
  start: ({ config: traffic, prepared }) => prepared ?? compile(traffic),
})

function compile(traffic: TrafficConfig): RouteTable {
  const { table, refused } = compileRoutes(traffic)
  if (refused.length > 0) throw refusal(refused)
  return table
}
