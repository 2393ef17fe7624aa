import { isSameValue } from '../../model/diff.ts'
import type { Clock } from '../../primitives/time/clock.ts'
import type { JsonObject } from '../../primitives/json.ts'
import type { RegisteredSchema } from '../config-store.ts'

/** The schemas of all apps, as a table would hold them. */
export interface SchemaShelf {
  put(app: string, version: string, schema: JsonObject): void
  markLive(app: string, version: string, forMilliseconds: number): boolean
  /** The newest first. */
  list(app: string): readonly RegisteredSchema[]
}

interface Row {
  readonly schema: JsonObject
  readonly registeredAt: number
  /** On the clock that only goes forward. */
  readonly liveUntil: number
}

export function createSchemaShelf(clock: Clock): SchemaShelf {
  // The oldest first: a map keeps the order in which keys came.
  const apps = new Map<string, Map<string, Row>>()
  return {
    put(app, version, schema) {
      const versions = apps.get(app) ?? new Map<string, Row>()
      apps.set(app, versions)
      const before = versions.get(version)
      if (before !== undefined && isSameValue(before.schema, schema)) return
      versions.delete(version)
      versions.set(version, { schema, registeredAt: clock.now(), liveUntil: before?.liveUntil ?? -Infinity })
    },
    markLive(app, version, forMilliseconds) {
      const row = apps.get(app)?.get(version)
      if (row === undefined) return false
      const liveUntil = Math.max(row.liveUntil, clock.monotonic() + forMilliseconds)
      apps.get(app)?.set(version, { ...row, liveUntil })
      return true
    },
    list(app) {
      const now = clock.monotonic()
      const rows = [...(apps.get(app) ?? [])].toReversed()
      return rows.map(([version, { schema, registeredAt, liveUntil }]) => {
        return { app, version, schema, registeredAt, live: liveUntil > now }
      })
    },
  }
}
