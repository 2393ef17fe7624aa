/** Enforced before anything reaches a store's storage, with a problem that names the limit. */
export const storeLimits = {
  /** Bytes of one value, as JSON. */
  valueBytes: 256 * 1024,
  /** Bytes of what one scope holds, as JSON. */
  documentBytes: 5 * 1024 * 1024,
  /** Bytes of all values of one publish, as JSON. */
  publishBytes: 16 * 1024 * 1024,
  edits: 10_000,
  /** Values that one tenant may have of its own; a list is one. */
  overlayEntries: 10_000,
  authorCharacters: 256,
  messageCharacters: 4_000,
  /** Problems that one refusal lists. */
  problems: 100,
  /** Revisions that one reading of history, or of what follows a cursor, may ask for. */
  revisions: 1_000,
  /** Bytes of a registered schema, as JSON. */
  schemaBytes: 256 * 1024,
  /** Levels of nesting of a registered schema. */
  schemaLevels: 32,
  /** Versions of an app whose schemas are kept at least; older ones for as long as an instance lives. */
  schemaVersions: 50,
  /** Versions of an app that may live beside each other: every publish waits for the word of each. */
  liveVersions: 50,
  /** Milliseconds that checking one publish against one schema may take. */
  schemaTime: 1_000,
  /** Milliseconds for which an instance may say at once that it lives: a day. */
  liveMilliseconds: 24 * 60 * 60 * 1_000,
} as const
