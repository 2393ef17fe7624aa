import { onTestFinished } from 'vitest'
import { startPlane } from '../../../packages/trimtab/src/plane/on-demand/start-plane.ts'
import type { PlaneOptions } from '../../../packages/trimtab/src/plane/options.ts'
import type { ConfigStore } from '../../../packages/trimtab/src/store/config-store.ts'
import type { Edit } from '../../../packages/trimtab/src/store/edit.ts'
import { objectSource } from '../../../packages/trimtab/src/sources/object.ts'
import type { TrimtabEvent } from '../../../packages/trimtab/src/events/event-types.ts'
import { withConnection } from '../../support/postgres/database.ts'
import { type Config, config, environment } from '../../support/store-world.ts'

/** Publishes on top of whatever is there. */
export async function publishTo(store: ConfigStore, ...edits: readonly Edit[]): Promise<number> {
  for (;;) {
    const { cursor: expected } = await store.readEnvironment(environment)
    const result = await store.publish(edits, { author: 'dana', message: 'why', expected })
    if (result.kind === 'published') return result.cursor.revision
    if (result.kind !== 'conflict') throw new Error(JSON.stringify(result))
  }
}

/** The edit that gives a tenant its own rate. */
export function rateOf(tenant: string, value: number): Edit {
  return { scope: `${environment}/${tenant}`, path: 'limits.rate', value }
}

/** A plane that reads nothing but its tenants from a store, with all that it tells. It is closed with the test. */
export async function tenantPlane(store: ConfigStore, options: Partial<PlaneOptions> = {}) {
  const lines: string[] = []
  const write = (line: string) => void lines.push(line)
  const plane = await startPlane<Config>({
    config,
    logger: { debug() {}, info: write, warn: write, error: write },
    sources: [objectSource({})],
    tenants: { mode: 'shared', store, environment },
    ...options,
  })
  onTestFinished(async () => void (await plane.close()))
  const events: TrimtabEvent[] = []
  plane.events.on((event) => void events.push(event))
  const rate = (tenant: string) => plane.tenants.get(tenant).config.limits.rate
  return { plane, tenants: plane.tenants, lines, events, rate }
}

/** How many sessions of the library the server of a database has for it; with all of its names, one is ours. */
export function sessionsOn(url: string, name = 'trimtab'): Promise<number> {
  return withConnection(url, async (client) => {
    const text = 'select from pg_stat_activity where datname = current_database() and application_name = $1'
    return (await client.query(text, [name])).rowCount ?? 0
  })
}
