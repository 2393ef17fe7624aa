import { type Cursor, sameCursor } from './cursor.ts'
import type { EnvironmentDocument } from './document.ts'

/** The newest documents that a store has read or made, a few of them: publishing on top of one needs no reading. */
export interface KnownDocuments {
  newest(environment: string): EnvironmentDocument | undefined
  at(environment: string, cursor: Cursor): EnvironmentDocument | undefined
  remember(document: EnvironmentDocument): void
}

/** More than a publisher works on at a time. */
const kept = 8

export function createKnownDocuments(): KnownDocuments {
  // The one used longest ago first.
  const documents = new Map<string, EnvironmentDocument>()
  return {
    newest: (environment) => documents.get(environment),
    at(environment, cursor) {
      const document = documents.get(environment)
      return document !== undefined && sameCursor(document.cursor, cursor) ? document : undefined
    },
    remember(document) {
      documents.delete(document.environment)
      documents.set(document.environment, document)
      const [oldest] = documents.keys()
      if (documents.size > kept && oldest !== undefined) documents.delete(oldest)
    },
  }
}
