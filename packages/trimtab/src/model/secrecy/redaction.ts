import { createHmac } from 'node:crypto'
import { isJsonObject, isPlainObject, type Json, type JsonObject, ownValue } from '../../primitives/json.ts'
import { digestOf } from '../digest.ts'
import type { Segments } from '../path.ts'
import { isSecret, redacted } from './secret.ts'

export type Side = 'previous' | 'next'

/** What a plane's redactions have in common. */
export interface RedactionBasis {
  /** Random bytes of the process: fingerprints mean nothing outside of it. */
  readonly key: Uint8Array
  /** Whether a written text holds a reference. */
  readonly isReference: (text: string) => boolean
}

export interface RedactionParts extends RedactionBasis {
  /** The merged trees behind the two configurations, references unresolved. */
  readonly previousWritten: JsonObject
  readonly nextWritten: JsonObject
  /** Takes known secrets out of texts: a transform may have put what a reference gave at another place. */
  readonly scrub?: ((text: string) => string) | undefined
}

/** How values of two configurations are shown: to people, in logs, on the wire. */
export interface Redaction {
  /** The value of a place with secrets hidden, and what references gave shown as the references. */
  show(side: Side, path: Segments, value: unknown): unknown
  /** A few digits that differ where values do; without the key they tell nothing. Undefined where there is no key. */
  fingerprint(value: unknown): string | undefined
}

/**
 * A secret is shown as `[secret 3f2a91]`: with other digits it is another secret. Where a text with a reference was
 * written, at the place or above it, that text is shown and not what it gave; of a secret, the references in it alone.
 */
export function createRedaction({
  previousWritten,
  nextWritten,
  key,
  isReference,
  scrub = (text) => text,
}: RedactionParts): Redaction {
  const fingerprint = (value: unknown) =>
    createHmac('sha256', key)
      .update(digestOf(revealed(value)))
      .digest('hex')
      .slice(0, 6)

  const show = (value: unknown, written: Json | undefined): unknown => {
    const isWrittenAsReference = typeof written === 'string' && isReference(written)
    if (isSecret(value)) {
      const references = isWrittenAsReference ? referencesIn(written, isReference) : undefined
      return references ?? `${redacted.slice(0, -1)} ${fingerprint(value)}]`
    }
    if (isWrittenAsReference) return written
    if (typeof value === 'string') return scrub(value)
    if (Array.isArray(value)) return value.map((element, index) => show(element, childOf(written, index)))
    if (!isPlainObject(value)) return value
    return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, show(child, childOf(written, name))]))
  }

  return {
    show(side, path, value) {
      let written: Json | undefined = side === 'previous' ? previousWritten : nextWritten
      for (const segment of path) {
        // What a reference gave may have been taken apart: everything in it is shown as the reference.
        if (typeof written === 'string') break
        written = childOf(written, segment)
      }
      return show(value, written)
    },
    fingerprint,
  }
}

/** Secrets are hidden, and nothing is known of references. */
export const plainRedaction: Redaction = {
  show: (_side, _path, value) => hideSecrets(value),
  fingerprint: () => undefined,
}

function hideSecrets(value: unknown): unknown {
  if (isSecret(value)) return redacted
  if (Array.isArray(value)) return value.map(hideSecrets)
  if (!isPlainObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, hideSecrets(child)]))
}

function revealed(value: unknown): Json {
  if (isSecret(value)) return revealed(value.reveal())
  if (Array.isArray(value)) return value.map(revealed)
  if (isPlainObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, revealed(child)]))
  }
  // A configuration has no other values than those of JSON, and none where nothing stands.
  return (value ?? null) as Json
}

/** The text with everything but its references left out: what stands between them may be the secret. */
export function referencesIn(text: string, isReference: (text: string) => boolean): string | undefined {
  let shown = ''
  let isCut = false
  for (const [piece] of text.matchAll(/\$\$\{|\$\{[^{}]*\}|[^$]+|\$/g)) {
    const isShown = piece.startsWith('${') && isReference(piece)
    if (isShown) shown += isCut ? `…${piece}` : piece
    isCut = !isShown
  }
  if (shown === '') return undefined
  return isCut ? `${shown}…` : shown
}

function childOf(written: Json | undefined, segment: string | number): Json | undefined {
  if (typeof segment === 'number') return Array.isArray(written) ? written[segment] : undefined
  return isJsonObject(written) ? ownValue(written, segment) : undefined
}
