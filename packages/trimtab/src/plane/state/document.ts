import { createHash } from 'node:crypto'
import { isPlainObject, type Json } from '../../primitives/json.ts'

/** The form of what is written. A library reads its own and every earlier one, and leaves a later one alone. */
export const documentVersion = 1

export interface DocumentContent {
  /** Trimtab's version, for people who look at the file. */
  readonly library: string
  /** Wall time in milliseconds. */
  readonly savedAt: number
  readonly body: Json
}

/** What the bytes of a file turned out to be. */
export type DocumentRead =
  | { readonly kind: 'whole'; readonly savedAt: number; readonly body: unknown }
  | { readonly kind: 'damaged' }
  | { readonly kind: 'newer'; readonly version: number; readonly library: string }

const head = Buffer.from('{"checksum":"')
const middle = Buffer.from('","document":')
const tail = Buffer.from('}\n')
const checksumLength = 64

/** One line of JSON in which the checksum stands before the bytes it is of, so that no bit of it can change unseen. */
export function writeDocument({ library, savedAt, body }: DocumentContent): Buffer {
  const document = Buffer.from(JSON.stringify({ version: documentVersion, library, savedAt, body }))
  return Buffer.concat([head, Buffer.from(checksumOf(document)), middle, document, tail])
}

export function readDocument(bytes: Uint8Array): DocumentRead {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const document = verified(buffer)
  if (document === undefined) return { kind: 'damaged' }
  // The checksum says that this is what was written, and only objects are.
  const { version, library, savedAt, body } = JSON.parse(document.toString('utf8')) as Record<string, unknown>
  if (typeof version !== 'number' || typeof savedAt !== 'number') return { kind: 'damaged' }
  return version > documentVersion
    ? { kind: 'newer', version, library: typeof library === 'string' ? library : 'unknown' }
    : { kind: 'whole', savedAt, body }
}

/** A body that is an object, as its fields; nothing for anything else. */
export function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  return isPlainObject(body) ? body : {}
}

function verified(buffer: Buffer): Buffer | undefined {
  const checksumEnd = head.length + checksumLength
  const documentStart = checksumEnd + middle.length
  const documentEnd = buffer.length - tail.length
  if (documentEnd <= documentStart) return undefined
  if (!buffer.subarray(0, head.length).equals(head)) return undefined
  if (!buffer.subarray(checksumEnd, documentStart).equals(middle)) return undefined
  if (!buffer.subarray(documentEnd).equals(tail)) return undefined
  const document = buffer.subarray(documentStart, documentEnd)
  return buffer.toString('latin1', head.length, checksumEnd) === checksumOf(document) ? document : undefined
}

function checksumOf(document: Buffer): string {
  return createHash('sha256').update(document).digest('hex')
}
