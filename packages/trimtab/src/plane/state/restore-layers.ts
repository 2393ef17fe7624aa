import type { Layer } from '../../model/layer.ts'
import type { Clock } from '../../primitives/time/clock.ts'
import { createLayerReader, type OpenSource } from '../../reload/candidate/read-layers.ts'
import { printProblem } from '../../schema/problem.ts'

export interface RestoreOptions {
  /** The sources of the plane, in the order of precedence. */
  readonly opened: readonly OpenSource[]
  readonly clock: Clock
  /** Milliseconds that reading one source may take. */
  readonly readTimeout: number
  readonly signal: AbortSignal
}

/** The layers of a whole configuration, or why one can't be put together. */
export type Restored =
  | { readonly kind: 'restored'; readonly layers: readonly Layer[] }
  | { readonly kind: 'unreadable'; readonly why: string }

/**
 * Puts layers that were kept into the order of the sources, and reads every source of which none was. What was kept of a
 * source that the service no longer has is left out.
 */
export async function restoreLayers(kept: readonly Layer[], options: RestoreOptions): Promise<Restored> {
  const { opened, clock, readTimeout, signal } = options
  const byName = new Map(kept.map((layer) => [layer.source, layer]))
  const missing = opened.filter(({ source }) => !byName.has(source.name))
  const read = await createLayerReader(missing, clock, readTimeout).read(signal)
  if (read.kind === 'unreadable') return { kind: 'unreadable', why: read.problems.map(printProblem).join('; ') }
  for (const layer of read.layers) byName.set(layer.source, layer)
  return {
    kind: 'restored',
    layers: opened.flatMap(({ source }) => {
      const layer = byName.get(source.name)
      return layer === undefined ? [] : [layer]
    }),
  }
}
