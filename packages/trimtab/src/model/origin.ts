import type { SourceName } from './source-name.ts'

/** Where inside its source a value stands. Lines and columns count from 1. */
export type Location =
  | {
      readonly kind: 'file'
      readonly file: string
      readonly line?: number | undefined
      readonly column?: number | undefined
    }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'argument'; readonly text: string }
  | { readonly kind: 'call'; readonly reason: string }
  /** A publish. */
  | { readonly kind: 'revision'; readonly revision: number; readonly author: string }

/** What of one `key: value` is meant. */
export type PlacePart = 'key' | 'value'

/** Who set a value: the source, and the place in it where there is one. */
export interface Origin {
  readonly source: SourceName
  readonly location?: Location | undefined
}

/**
 * An origin in one short phrase that an editor or terminal can follow: `config.yaml:3:8`, `env APP_POOL__MAX`.
 *
 * @example
 * for (const { origin } of plane.explain('pool.max').contributions) console.log(printOrigin(origin))
 */
export function printOrigin({ source, location }: Origin): string {
  if (location === undefined) return source
  return location.kind === 'revision' ? `${source} ${printLocation(location)}` : printLocation(location)
}

export function printLocation(location: Location): string {
  switch (location.kind) {
    case 'file': {
      if (location.line === undefined) return location.file
      return `${location.file}:${location.line}:${location.column ?? 1}`
    }
    case 'variable':
      return `env ${location.name}`
    case 'argument':
      return location.text
    case 'call':
      return `override (${location.reason})`
    case 'revision':
      return `revision ${location.revision} by ${location.author}`
    default:
      return location satisfies never
  }
}
