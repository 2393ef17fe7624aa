/**
 * Who may import whom, folder by folder, in packages/trimtab/src. A folder may also import what its imports may. Change a
 * row together with a page in docs/adr/.
 *
 * @type {Record<string, readonly string[]>}
 */
export const table = {
  primitives: [],
  errors: ['primitives'],
  model: ['errors'],
  schema: ['model'],
  health: ['errors'],
  sources: ['schema'],
  modules: ['schema', 'health', 'tenancy'],
  reload: ['sources', 'modules'],
  tenancy: ['sources'],
  telemetry: ['errors'],
  events: ['errors'],
  store: ['sources'],
  postgres: ['store'],
  contract: ['schema'],
  client: ['contract', 'sources'],
  plane: ['reload', 'tenancy', 'health', 'events', 'telemetry', 'store'],
  parts: ['modules'],
  cli: ['client', 'plane', 'postgres'],
  fastify: ['health', 'tenancy'],
  testing: ['plane', 'store'],
}

/**
 * The same for packages/server/src, whose folders import the library by its public subpaths alone.
 *
 * @type {Record<string, readonly string[]>}
 */
export const serverTable = {
  embedded: [],
}

/** A folder, what it may import, and what those may. */
export function reachable(folder, rows = table) {
  const found = new Set([folder])
  for (const each of found) for (const next of rows[each] ?? []) found.add(next)
  return [...found]
}
