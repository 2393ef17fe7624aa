import type { Brand } from '../primitives/brand.ts'

/** What a source is called wherever it is shown: `file:config.yaml`, `env:APP_`, `store:checkout/production`. */
export type SourceName = Brand<string, 'SourceName'>

export function sourceName(kind: string, rest: string): SourceName {
  // The only place that makes one.
  return `${kind}:${rest}` as SourceName
}
