import { TrimtabError } from '../../errors/trimtab-error.ts'
import { type HealthCheck, healthy, unhealthy } from '../check.ts'
import { type AdapterOptions, checkFields, needText } from './adapter-options.ts'

/** What `tcpCheck` takes: whom to connect to. */
export interface TcpCheckOptions extends AdapterOptions {
  readonly host: string
  readonly port: number
}

/**
 * Whether somebody accepts connections. `tcp:<host>:<port>`, unless it is given a name. Where every instance connects to the
 * same host, say `shared: true`.
 *
 * @example
 * plane.health.add(tcpCheck({ host: 'queue.internal', port: 5672, shared: true }))
 */
export function tcpCheck({ host, port, ...options }: TcpCheckOptions): HealthCheck {
  const name = options.name ?? `tcp:${host}:${port}`
  needText(name, 'host', host)
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new TrimtabError('option_invalid', `The check ${name} needs a port from 1 to 65535.`)
  return {
    ...checkFields(options),
    name,
    async run({ signal }) {
      const { connect } = await import('node:net')
      return new Promise((resolve, reject) => {
        const socket = connect({ host, port, signal })
        socket.once('connect', () => {
          socket.destroy()
          resolve(healthy())
        })
        socket.once('error', reject)
      })
    },
  }
}

/** What `httpCheck` takes: what to ask for, and which answers are good. */
export interface HttpCheckOptions extends AdapterOptions {
  /** `http:` or `https:`. Credentials in it are refused: they would be in the name. */
  readonly url: string
  /** Headers to send. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Whether a status is that of something sound: 200 to 299. A redirect is not followed. */
  readonly accept?: ((status: number) => boolean) | undefined
}

/**
 * Whether a URL answers as it should. `http:<host><path>`, unless it is given a name.
 *
 * @example
 * plane.health.add(httpCheck({ url: 'http://inventory.internal/readyz', shared: true, timeout: 500 }))
 */
export function httpCheck({ url, headers = {}, accept = isSuccess, ...options }: HttpCheckOptions): HealthCheck {
  const parsed = readUrl(url, options.name ?? 'http')
  const name = options.name ?? `http:${parsed.host}${parsed.pathname}`
  return {
    ...checkFields(options),
    name,
    async run({ signal }) {
      const response = await fetch(parsed, { headers, signal, redirect: 'manual' })
      await response.body?.cancel()
      return accept(response.status) ? healthy() : unhealthy(`answered ${response.status}`)
    },
  }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

function readUrl(url: string, name: string): URL {
  needText(name, 'url', url)
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined || (parsed.protocol !== 'http:' && parsed.protocol !== 'https:'))
    throw new TrimtabError('option_invalid', `The check ${name} needs a url of http: or https:.`)
  if (parsed.username !== '' || parsed.password !== '')
    throw new TrimtabError('option_invalid', `The check ${name} needs a url without credentials: send them as headers.`)
  return parsed
}
