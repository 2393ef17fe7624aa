import { isIP } from 'node:net'
import { TrimtabError } from '../../../errors/trimtab-error.ts'
import type { Backoff } from '../../../primitives/time/backoff.ts'
import type { EventSink } from '../../sink.ts'
import { createAddressCheck, isLiteralLoopback } from './addresses.ts'
import { resolveBySystem } from './checked-lookup.ts'
import { keysOf, type WebhookSecret } from './signature.ts'
import { hostOf, openWebhook, type WebhookTarget } from './webhook-writer.ts'

/** Where events are posted to, how they are signed, and how often each is tried. */
export interface WebhookSinkOptions {
  /**
   * Where to: `https://…` or `http://…`, from code or a local file, never from what somebody may publish. No redirect is
   * followed, and no name that leads to link-local, metadata or, unless the URL says so itself, to this machine.
   */
  readonly url: string | URL
  /** What requests are signed with: 16 bytes or more, as text or `whsec_` and base64. Several while one is replaced. */
  readonly secret: WebhookSecret | readonly WebhookSecret[]
  /** Further headers, for authorization. */
  readonly headers?: Readonly<Record<string, string | { reveal(): string }>> | undefined
  /** Default: `webhook:` and the host. */
  readonly name?: string | undefined
  /** How often one event is tried: 10. */
  readonly attempts?: number | undefined
  /** Milliseconds between the attempts, doubled each time, with jitter: 500 to 60,000. `Retry-After` is kept up to `max`. */
  readonly backoff?: Backoff | undefined
  /** Milliseconds of one attempt: 10 s. */
  readonly timeout?: number | undefined
}

export const webhookDefaults = { attempts: 10, backoff: { initial: 500, max: 60_000 }, timeout: 10_000 } as const

/** Headers that are the sink's own, or those of the connection. */
const own =
  /^(content-(type|length|encoding)|transfer-encoding|connection|keep-alive|proxy-connection|upgrade|expect|te|trailer|host|user-agent|webhook-(id|timestamp|signature))$/i

/**
 * Posts every event to a URL: CloudEvents in structured mode (`application/cloudevents+json`), signed, one at a time and
 * in order, repeated with back-off where the receiver does not answer, or answers 408, 425, 429 or 5xx. Any other answer
 * but 2xx is a refusal: the event is lost. `verifySignature` is the other end.
 *
 * @example
 * const hook = webhookSink({ url: 'https://hooks.example.com/trimtab', secret: process.env.HOOK_SECRET ?? '' })
 * const plane = await createPlane({ config, sources: [fileSource('config.yaml')], events: { sinks: [hook] } })
 */
export function webhookSink(options: WebhookSinkOptions): EventSink {
  const target = targetOf(options)
  return {
    name: options.name ?? `webhook:${target.url.host}`,
    open: (host) => openWebhook(target, host),
  }
}

/** Throws `option_invalid` for what can't be meant. No message shows the URL: its path may be a secret. */
export function targetOf(options: WebhookSinkOptions): WebhookTarget {
  const { attempts = webhookDefaults.attempts, backoff = webhookDefaults.backoff } = options
  const { timeout = webhookDefaults.timeout } = options
  if (!Number.isInteger(attempts) || attempts < 1) throw invalid('attempts', 'has to be a whole number above 0')
  if (!isSpan(timeout)) throw invalid('timeout', 'has to be milliseconds above 0')
  if (!isSpan(backoff.initial) || !isSpan(backoff.max) || backoff.initial > backoff.max)
    throw invalid('backoff', 'has to be { initial, max } in milliseconds, initial no more than max')
  return {
    url: urlOf(options.url),
    keys: keysOf(options.secret),
    headers: headersOf(options.headers ?? {}),
    attempts,
    backoff,
    timeout,
    resolve: resolveBySystem,
  }
}

function urlOf(given: string | URL): URL {
  const url = URL.canParse(String(given)) ? new URL(given) : undefined
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw invalid('url', 'has to be a URL with https:// or http://')
  if (url.username !== '' || url.password !== '')
    throw invalid('url', 'has a user or a password in it; give it as `headers: { authorization }`')
  const host = hostOf(url)
  const check = createAddressCheck()
  // A socket asks nobody where an address is, so it is looked at here.
  if (isIP(host) !== 0 && check(host) !== 'allowed' && !isLiteralLoopback(host, check))
    throw invalid('url', 'leads to an address that webhooks may not go to: link-local or metadata')
  return url
}

function headersOf(given: NonNullable<WebhookSinkOptions['headers']>): Readonly<Record<string, string>> {
  const headers = Object.entries(given).map(([name, value]): [string, string] => {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || own.test(name))
      throw invalid('headers', `can’t have ${JSON.stringify(name)}, which is the sink’s own or no name of a header`)
    const text: unknown = typeof value === 'string' ? value : value?.reveal?.()
    if (typeof text !== 'string' || !/^[\t\x20-\x7e]*$/.test(text))
      throw invalid('headers', `has a value for ${name} that is no text a header can hold`)
    return [name.toLowerCase(), text]
  })
  return Object.fromEntries(headers)
}

function isSpan(milliseconds: number): boolean {
  return milliseconds > 0 && milliseconds < 2 ** 31
}

function invalid(name: string, why: string): TrimtabError {
  return new TrimtabError('option_invalid', `The option ${name} of webhookSink() ${why}.`)
}
