import { createHmac } from 'node:crypto'
import { isPlainObject, type JsonObject } from '../primitives/json.ts'
import { type Segments, valueAt } from './path.ts'
import { isSecret, redacted } from './secret.ts'

export type Side = 'previous' | 'next'

/** What a plane's redactions have in common. */
export interface RedactionBasis {
  /** Random bytes of the process: fingerprints mean nothing outside of it. */
  readonly key: Uint8Array
  /** Whether a written text holds a reference. */
  readonly isReference: (text: string) => boolean
}

/** How values of two configurations are shown. */
export interface Redaction {
  /** The value with secrets hidden, each with its fingerprint, and what references gave shown as the references. */
  show(side: Side, path: Segments, value: unknown): unknown
}

/**
 * The written trees are those behind the two configurations: where a text in them holds a reference, what was written is
 * shown and not what it gave. A secret is shown as `[secret 3f2a91]`: other digits, another secret.
 */
export function createRedaction({
  previousWritten,
  nextWritten,
  key,
  isReference,
}: RedactionBasis & { readonly previousWritten: JsonObject; readonly nextWritten: JsonObject }): Redaction {
  const fingerprint = (value: unknown) => {
    const digest = createHmac('sha256', key)
      .update(JSON.stringify(value) ?? '')
      .digest('hex')
    return `${redacted.slice(0, -1)} ${digest.slice(0, 6)}]`
  }
  const map = (value: unknown, written: unknown): unknown => {
    if (typeof written === 'string' && isReference(written)) return written
    if (isSecret(value)) return fingerprint(value.reveal())
    if (Array.isArray(value))
      return value.map((each, index) => map(each, Array.isArray(written) ? written[index] : undefined))
    if (!isPlainObject(value)) return value
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, map(each, valueAt(written, [name]))]))
  }
  return {
    show: (side, path, value) => map(value, valueAt(side === 'previous' ? previousWritten : nextWritten, path)),
  }
}
