import { createHmac, timingSafeEqual } from 'node:crypto'
import { TrimtabError } from '../../../errors/trimtab-error.ts'
import { type Clock, systemClock } from '../../../primitives/time/clock.ts'

/** A secret as text, or anything that gives one by `reveal()`, such as a `Secret` of the configuration. */
export type WebhookSecret = string | { reveal(): string }

const shortestKey = 16
const encoded = 'whsec_'

/** The bytes a text stands for: `whsec_` and base64, or the text itself. Throws `option_invalid` for fewer than 16. */
export function keyOf(secret: WebhookSecret): Buffer {
  const text: unknown = typeof secret === 'string' ? secret : secret?.reveal?.()
  if (typeof text !== 'string') throw invalid('has to be a text')
  const key = text.startsWith(encoded) ? Buffer.from(text.slice(encoded.length), 'base64') : Buffer.from(text)
  if (key.length < shortestKey)
    throw invalid(`has to be ${shortestKey} bytes or more; \`openssl rand -base64 32\` makes one`)
  return key
}

export function keysOf(secrets: WebhookSecret | readonly WebhookSecret[]): readonly Buffer[] {
  const keys = (isList(secrets) ? secrets : [secrets]).map(keyOf)
  if (keys.length === 0) throw invalid('has to be given')
  return keys
}

function isList(secrets: WebhookSecret | readonly WebhookSecret[]): secrets is readonly WebhookSecret[] {
  return Array.isArray(secrets)
}

export interface Signed {
  readonly id: string
  /** Seconds since 1970, as it stands in the header. */
  readonly timestamp: string
  /** As it goes over the wire: text that was made of bytes may have been made of other bytes, too. */
  readonly body: Uint8Array
}

/** `v1,` and the base64 of the HMAC-SHA256 of `id.timestamp.body`. */
export function signatureOf({ id, timestamp, body }: Signed, key: Buffer): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`
}

/** A request as it came, and what it should have been signed with. */
export interface VerifyOptions {
  /** As given to `webhookSink`; several while one is being replaced. */
  readonly secret: WebhookSecret | readonly WebhookSecret[]
  /** The headers of the request, as `node:http` or `fetch` give them. */
  readonly headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>
  /** The body as it came, before anything parsed it. */
  readonly body: string | Uint8Array
  /** How old, or how far ahead, a request may be: 5 minutes, in milliseconds. */
  readonly tolerance?: number | undefined
  readonly clock?: Clock | undefined
}

/** Whether a request is what was sent. `missing`: a header is not there, or no such header. */
export type Verified =
  | { readonly ok: true; readonly id: string }
  | { readonly ok: false; readonly why: 'missing' | 'expired' | 'wrong' }

const defaultTolerance = 5 * 60_000

/**
 * Verifies that a request came from a `webhookSink` with this secret, unchanged and just now. Answer 401 where it did
 * not. A request may come twice: `id` is the same then. The scheme is that of Standard Webhooks, so that libraries for
 * it verify as well.
 *
 * @example
 * const webhookSecret = process.env['WEBHOOK_SECRET'] ?? ''
 * const verified = verifySignature({ secret: webhookSecret, headers: request.headers, body })
 * if (!verified.ok) response.writeHead(401).end()
 */
export function verifySignature(options: VerifyOptions): Verified {
  const { headers, body, tolerance = defaultTolerance, clock = systemClock } = options
  const keys = keysOf(options.secret)
  const id = header(headers, 'webhook-id')
  const timestamp = header(headers, 'webhook-timestamp')
  const signatures = header(headers, 'webhook-signature')
  if (id === undefined || signatures === undefined || timestamp === undefined || !/^\d{1,12}$/.test(timestamp))
    return { ok: false, why: 'missing' }

  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const expected = keys.map((key) => signatureOf({ id, timestamp, body: bytes }, key))
  // Every pair is compared, whether or not one has fitted already.
  const matches = signatures.split(' ').flatMap((one) => expected.map((other) => isSame(one, other)))
  if (!matches.includes(true)) return { ok: false, why: 'wrong' }
  if (Math.abs(clock.now() - Number(timestamp) * 1_000) > tolerance) return { ok: false, why: 'expired' }
  return { ok: true, id }
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}

function header(headers: VerifyOptions['headers'], name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1]
  return typeof found === 'string' ? found : found?.[0]
}

function invalid(why: string): TrimtabError {
  return new TrimtabError('option_invalid', `The secret of a webhook ${why}.`)
}
