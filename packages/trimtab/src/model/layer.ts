import type { JsonObject } from '../primitives/json.ts'
import type { Location, PlacePart } from './origin.ts'
import type { Segments } from './path.ts'
import type { SourceName } from './source-name.ts'

/**
 * What one source gave at one reading. Tree, digest and locations come from the same read, so that they can never
 * disagree. The tree is deeply frozen and is never changed by anybody.
 */
export interface Layer {
  readonly source: SourceName
  readonly tree: JsonObject
  /** Changes exactly when the content does. */
  readonly digest: string
  /**
   * Where the value at `path`, or its nearest ancestor with a place, stands in the source. Asked for the `key`, where the
   * name of that value stands, for what is wrong with the name; a source that does not know says where the value is.
   */
  locate(path: Segments, part?: PlacePart): Location | undefined
}
