import type { Prepared } from './storage.ts'

/** The schemas that have a say, and what tells whether they still do. */
export type SchemasInForce = Pick<Prepared, 'schemas' | 'stamp'>

/** The schemas that had a say when a store last asked, of a few apps: the next publish need not ask first. */
export interface KnownSchemas {
  of(app: string): SchemasInForce | undefined
  remember(app: string, inForce: SchemasInForce): void
}

/** More than a publisher works on at a time. */
const kept = 8

export function createKnownSchemas(): KnownSchemas {
  // The one asked for longest ago first.
  const apps = new Map<string, SchemasInForce>()
  return {
    of: (app) => apps.get(app),
    remember(app, { schemas, stamp }) {
      apps.delete(app)
      apps.set(app, { schemas, stamp })
      const [oldest] = apps.keys()
      if (apps.size > kept && oldest !== undefined) apps.delete(oldest)
    },
  }
}
