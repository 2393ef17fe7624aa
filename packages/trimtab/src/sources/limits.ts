/** Enforced before harm, with a clear error that names the limit. */
export const sourceLimits = {
  /** Bytes of a source file. */
  fileBytes: 5 * 1024 * 1024,
  /** Levels of nesting. */
  levels: 32,
  /** Characters of a key. */
  keyCharacters: 128,
  /** Bytes of one text. */
  valueBytes: 256 * 1024,
  /** Files of a directory source. */
  directoryFiles: 1_000,
  /** How many times the document its expanded aliases may be. */
  aliasExpansion: 100,
  /** Values that aliases may make in one document, however large it is. */
  aliasNodes: 1_000_000,
  /** Milliseconds without a further event before a file is read. */
  settle: 100,
  /** Milliseconds after which it is read although events go on. */
  maximumWait: 2_000,
  /** Milliseconds between looks at a watched file, for events that never come. */
  poll: 5_000,
  /** Milliseconds between readings of a polling source. */
  pollingInterval: 30_000,
  /** Milliseconds that one reading of a polling source may take. */
  pollingTimeout: 10_000,
  /** Bytes of a referenced file. */
  referenceBytes: 64 * 1024,
} as const
