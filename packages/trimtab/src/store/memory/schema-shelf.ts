import { isSameValue } from '../../model/diff.ts'
import type { Clock } from '../../primitives/time/clock.ts'
import type { JsonObject } from '../../primitives/json.ts'
import type { RegisteredSchema } from '../config-store.ts'
import { storeLimits } from '../limits.ts'
import type { MarkedLive } from '../storage.ts'

/** The schemas of all apps, as a table would hold them. */
export interface SchemaShelf {
  put(app: string, version: string, schema: JsonObject): void
  markLive(app: string, version: string, forMilliseconds: number): MarkedLive
  /** The newest first. */
  list(app: string): readonly RegisteredSchema[]
  /** Those that have a say: the newest, and those that live. */
  inForce(app: string): { readonly schemas: readonly RegisteredSchema[]; readonly stamp: string }
}

interface Row {
  /** Of this content, and of no other one. */
  readonly key: number
  readonly schema: JsonObject
  readonly registeredAt: number
  /** On the clock that only goes forward. */
  readonly liveUntil: number
}

export function createSchemaShelf(clock: Clock): SchemaShelf {
  // The oldest first: a map keeps the order in which keys came.
  const apps = new Map<string, Map<string, Row>>()
  let keys = 0
  const listed = (app: string) => {
    const now = clock.monotonic()
    const rows = [...(apps.get(app) ?? [])].toReversed()
    return rows.map(([version, { key, schema, registeredAt, liveUntil }]) => {
      return { key, registered: { app, version, schema, registeredAt, live: liveUntil > now } }
    })
  }
  return {
    put(app, version, schema) {
      const versions = apps.get(app) ?? new Map<string, Row>()
      apps.set(app, versions)
      const before = versions.get(version)
      if (before !== undefined && isSameValue(before.schema, schema)) return
      versions.delete(version)
      keys += 1
      versions.set(version, { key: keys, schema, registeredAt: clock.now(), liveUntil: before?.liveUntil ?? -Infinity })
      const old = [...versions].slice(0, -storeLimits.schemaVersions)
      for (const [name, { liveUntil }] of old) if (liveUntil <= clock.monotonic()) versions.delete(name)
    },
    markLive(app, version, forMilliseconds) {
      const row = apps.get(app)?.get(version)
      if (row === undefined) return 'not_registered'
      const now = clock.monotonic()
      const living = [...(apps.get(app)?.values() ?? [])].filter((each) => each.liveUntil > now)
      if (row.liveUntil <= now && living.length >= storeLimits.liveVersions) return 'too_many'
      const liveUntil = Math.max(row.liveUntil, now + forMilliseconds)
      apps.get(app)?.set(version, { ...row, liveUntil })
      return 'marked'
    },
    list: (app) => listed(app).map(({ registered }) => registered),
    inForce(app) {
      const rows = listed(app).filter(({ registered }, index) => index === 0 || registered.live)
      return { schemas: rows.map(({ registered }) => registered), stamp: rows.map(({ key }) => key).join(' ') }
    },
  }
}
