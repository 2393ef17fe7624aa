import { digestOf } from '../model/digest.ts'
import type { Layer } from '../model/layer.ts'
import { adopt } from '../model/share.ts'
import type { SourceName } from '../model/source-name.ts'
import type { Problem } from '../schema/problem.ts'
import { toJsonTree } from './json-tree.ts'
import type { Reading } from './source.ts'

/** What a source has found at one reading. */
export interface ReadingOptions {
  /** The name of the source, as `sourceName()` gives it. */
  readonly source: SourceName
  /** The whole content, as plain data. It is copied. */
  readonly tree: unknown
  /** What the source gave last, whatever that was: where the content is the same, so is the layer. */
  readonly previous?: Reading | undefined
  /** Where its values stand, if the source knows. Give the same function for as long as the places are the same. */
  readonly locate?: Layer['locate'] | undefined
  /** What is only a warning. */
  readonly warnings?: readonly Problem[] | undefined
}

/**
 * The answer of a source of yours to `read()`: a layer whose tree is deeply frozen, with its digest, sharing with the
 * last reading whatever has not changed. Content that no configuration may hold (values that JSON does not have,
 * prototype keys, more than 5 MiB) is an `unreadable` reading with every problem. Never throws for what `tree` is.
 *
 * @example
 * const name = sourceName('home', 'orders')
 * let last: Reading | undefined
 * const read = async (signal: AbortSignal) => {
 *   last = readingOf({ source: name, tree: await home.get(signal), previous: last })
 *   return last
 * }
 */
export function readingOf({
  source,
  tree,
  previous,
  locate,
  warnings = [],
}: ReadingOptions): Exclude<Reading, { kind: 'absent' }> {
  const copy = toJsonTree(tree)
  if (!copy.ok) {
    return {
      kind: 'unreadable',
      problems: copy.error.map((flaw) => ({ ...flaw, severity: 'error', origin: { source } })),
    }
  }
  const last = previous?.kind === 'layer' ? previous.layer : undefined
  return { kind: 'layer', layer: layerOf({ source, locate, tree: adopt(copy.value, last?.tree) }, last), warnings }
}

type Content = Pick<Layer, 'source' | 'tree'> & Pick<ReadingOptions, 'locate'>

function layerOf({ source, tree, locate = nowhere }: Content, last: Layer | undefined): Layer {
  const isSame = last !== undefined && last.tree === tree
  if (isSame && last.locate === locate && last.source === source) return last
  return Object.freeze({ source, tree, digest: isSame ? last.digest : digestOf(tree), locate })
}

const nowhere = () => undefined
