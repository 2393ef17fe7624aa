import type { JsonObject } from '../primitives/json.ts'
import type { Origin, PlacePart } from '../model/origin.ts'
import type { Segments } from '../model/path.ts'
import type { Problem } from './problem.ts'

/** What validation has to know about the tree it is given. */
export interface ValidationContext {
  /** Who set the value at a place, for problems; `key` asks for where its name stands. */
  origin(path: Segments, part?: PlacePart): Origin | undefined
  /** Whether an unknown key at this place is a problem (a person typed it) or a warning (it came from elsewhere). */
  strictAt(path: Segments): boolean
}

/** The result of validating one tree: typed values as zod gave them, or every problem at once. */
export type Validation =
  | {
      readonly ok: true
      /** The schema's output: not yet frozen, shaped or shared. */
      readonly output: unknown
      /** The input without the unknown keys that were only warned of; the same object where there were none. */
      readonly input: JsonObject
      readonly warnings: readonly Problem[]
    }
  | { readonly ok: false; readonly problems: readonly Problem[] }
