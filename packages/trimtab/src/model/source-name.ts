import type { Brand } from '../primitives/brand.ts'

/** What a source is called wherever it is shown: `file:config.yaml`, `env:APP_`, `store:checkout/production`. */
export type SourceName = Brand<string, 'SourceName'>

/**
 * Puts the name of a source together, for authors of sources. It stands in origins, status and the state folder, so
 * it has to be stable from start to start, and unique in a plane.
 *
 * @example
 * const name = sourceName('consul', 'checkout/production') // 'consul:checkout/production'
 */
export function sourceName(kind: string, rest: string): SourceName {
  // The only place that makes one.
  return `${kind}:${rest}` as SourceName
}
