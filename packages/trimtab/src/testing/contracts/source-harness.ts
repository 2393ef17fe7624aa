import type { JsonObject } from '../../primitives/json.ts'
import type { Source } from '../../sources/source.ts'

/** What an author makes for one test: a new source of its own, and what it stands on. */
export interface SourceUnderTest {
  readonly source: Source
  /** Takes away what it stood on, after everything has been closed. */
  readonly dispose?: (() => unknown) | undefined
}

/**
 * How to make and to change what a source reads. The content is always an object with some of these, or none of them:
 * `name` and `pool.url`, both texts, and `pool.max`, a whole number. Each function resolves when a reading that begins
 * then gives the new state.
 */
export interface SourceHarness<Made extends SourceUnderTest = SourceUnderTest> {
  /** A required source, with this content. */
  readonly make: (tree: JsonObject) => Made | Promise<Made>
  /** Makes the content another. Leave it away where it never changes. */
  readonly put?: ((made: Made, tree: JsonObject) => unknown) | undefined
  /** Takes the content away altogether. Leave it away where that can't be. */
  readonly remove?: ((made: Made) => unknown) | undefined
  /** Makes it impossible to read, by its syntax, its permissions, its connection. Leave it away where that can't be. */
  readonly spoil?: ((made: Made) => unknown) | undefined
}
