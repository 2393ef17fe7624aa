import type { Segments } from '../../model/path.ts'
import type { SourceName } from '../../model/source-name.ts'
import type { JsonObject } from '../../primitives/json.ts'
import type { Problem } from '../../schema/problem.ts'
import type { ObjectShape } from '../../schema/shape.ts'
import type { Place } from './place.ts'

/** One file's text, and what is needed to say where something in it stands. */
export interface FormatInput {
  readonly source: SourceName
  /** How the file is shown to people. */
  readonly file: string
  /** Without a byte order mark. */
  readonly text: string
  /** For formats whose names and values are plain text. */
  readonly shape: ObjectShape
  readonly names: NameOptions
}

/** Which names of a `.env` file are meant, and what they set. */
export interface NameOptions {
  /**
   * What names begin with; others belong to somebody else and are passed over. Empty: every name is meant. Undefined:
   * only those in `mapped`.
   */
  readonly prefix: string | undefined
  /** Names that are given, whatever the prefix, and the places they set. */
  readonly mapped: ReadonlyMap<string, Segments>
}

/** What a file says, or every problem in it. The tree is not yet frozen and belongs to the caller. */
export type Parsed =
  | { readonly ok: true; readonly tree: JsonObject; readonly place: Place }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/**
 * A syntax for configuration. A file without content is an empty tree. Whatever the text is, `parse` returns, and no
 * part of the text gets into a problem but keys, as paths.
 */
export interface Format {
  parse(input: FormatInput): Parsed
}
