import type { Changes } from '../../model/changes.ts'
import type { Layer } from '../../model/layer.ts'
import type { JsonObject } from '../../primitives/json.ts'
import type { Problem } from '../../schema/problem.ts'
import type { ValidationContext } from '../../schema/validation.ts'

/** What the sources say, merged and with references resolved, before it is known whether it is valid. */
export interface Content {
  readonly layers: readonly Layer[]
  /** Merged, references as they were written. */
  readonly written: JsonObject
  /** With references resolved: what is validated and compared. */
  readonly resolved: JsonObject
  /** Of `resolved`: identifies the content. */
  readonly digest: string
  readonly context: ValidationContext
  /** What references gave, to be kept out of every text. */
  readonly secrets: readonly string[]
  readonly warnings: readonly Problem[]
}

export type Loaded =
  | { readonly kind: 'loaded'; readonly content: Content }
  /** A source could not be read. */
  | { readonly kind: 'unreadable'; readonly problems: readonly Problem[] }
  /** What was read cannot be put together: a reference that is unset or refused. */
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] }

/** Content from outside, for a dry run: in place of one source's, or of everything. */
export interface OutsideCandidate {
  readonly source?: string | undefined
  readonly tree: JsonObject
}

/** Gives the newest content. */
export interface Loader {
  load(signal: AbortSignal, candidate?: OutsideCandidate): Promise<Loaded>
}

/** Valid content against what runs: what readers would get, and what would have to wait. */
export interface Candidate {
  readonly content: Content
  /** What readers would hold: the typed, frozen configuration, sharing what did not change. */
  readonly config: object
  /** The trees behind `config`, with restart-only places as they run. */
  readonly written: JsonObject
  readonly resolved: JsonObject
  /** From what runs to `config`. */
  readonly changes: Changes
  /** From `config` to what is configured. */
  readonly pending: Changes
  readonly warnings: readonly Problem[]
}
