import type { JsonObject } from '../../primitives/json.ts'
import type { RegisteredSchema } from '../../store/config-store.ts'

export interface SchemaAnswer {
  readonly version: string
  /** Tells one content of a version from every other one, after a restore too. */
  readonly key: string
  /** Null where it is one of those that were said to be known. */
  readonly schema: JsonObject | null
  readonly at: number
  readonly live: boolean
}

/** One reading of an app's schemas. */
interface SchemaReading {
  /** Those that need not be sent, as JSON for the database. */
  readonly known: string
  read(answers: readonly SchemaAnswer[]): readonly RegisteredSchema[]
}

/**
 * Schemas change rarely and are large, and every publish has to know them: those that were read are kept, one set for each
 * app, and are not sent again.
 */
export interface SchemaReader {
  /** Begins a reading, with what is known now: another one may replace it before the answer comes. */
  asOf(app: string): SchemaReading
}

/** Apps whose schemas are kept; those that were asked for longest ago go. */
const most = 100

export function createSchemaReader(): SchemaReader {
  const apps = new Map<string, ReadonlyMap<string, JsonObject>>()
  return {
    asOf(app) {
      const before: ReadonlyMap<string, JsonObject> = apps.get(app) ?? new Map()
      return {
        known: JSON.stringify([...before.keys()]),
        read(answers) {
          const read = new Map<string, JsonObject>()
          const schemas = answers.map(({ version, key, schema, at, live }) => {
            const content = schema ?? before.get(key) ?? {}
            read.set(key, content)
            return { app, version, schema: content, registeredAt: at, live }
          })
          apps.delete(app)
          apps.set(app, read)
          const [oldest] = apps.keys()
          if (apps.size > most && oldest !== undefined) apps.delete(oldest)
          return schemas
        },
      }
    },
  }
}
