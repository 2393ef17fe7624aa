import type { SecureContextOptions } from 'node:tls'
import { z } from 'zod'
import { describeThrown } from '../../errors/trimtab-error.ts'
import { degraded, healthy, unhealthy } from '../../health/check.ts'
import type { Secret } from '../../model/secrecy/secret.ts'
import {
  type CheckContext,
  defineModule,
  type HealthContext,
  type HookContext,
  type Module,
  type ModuleTimeouts,
} from '../../modules/define-module.ts'
import { type Clock, systemClock } from '../../primitives/time/clock.ts'
import type { Disposer } from '../../primitives/disposers.ts'
import { dynamic, secret } from '../../schema/marks.ts'
import type { Section } from '../../schema/section.ts'
import { type PartHealth, partHealth } from '../part-health.ts'
import { refusal } from '../refusal.ts'
import { readSmallFile } from '../read-small-file.ts'
import { type CertificatePair, createPair } from './certificate-pair.ts'
import { day, type Expiry, watchExpiry } from './expiry-watch.ts'

/**
 * The configuration of a certificate, to be put into a schema of your own. All of it changes while the service runs.
 *
 * Write `cert: ${file:/run/tls/tls.crt}` and `key: ${file:/run/tls/tls.key}` for files that are rotated: they are watched,
 * and new content is checked and served by itself. Files named by `certFile` and `keyFile` are read when the section
 * changes.
 *
 * @example
 * const config = defineConfig(z.object({ tls: tlsCertificateSchema }))
 */
export const tlsCertificateSchema = dynamic(
  z.object({
    certFile: z.string().min(1).optional().describe('Path of the certificates as PEM, the own one first'),
    keyFile: z.string().min(1).optional().describe('Path of the private key as PEM'),
    cert: secret(z.string().optional()).describe('The certificates themselves, in place of certFile'),
    key: secret(z.string().optional()).describe('The private key itself, in place of keyFile'),
    passphrase: secret(z.string().optional()).describe('Opens an encrypted key'),
    minVersion: z.enum(['TLSv1.2', 'TLSv1.3']).default('TLSv1.2').describe('The oldest protocol that is spoken'),
  }),
)

/**
 * A pair as text or as paths, each of the two in one of the ways. Where a text is a reference (`${file:/run/tls/tls.crt}`)
 * its file is watched; one that is named by its path is read when this section changes.
 */
export interface TlsCertificateConfig {
  readonly certFile?: string | undefined
  readonly keyFile?: string | undefined
  readonly cert?: Secret | undefined
  readonly key?: Secret | undefined
  readonly passphrase?: Secret | undefined
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3'
}

/** The pair in service. One object for the life of the module, so that `hold` it once and read it at every handshake. */
export interface TlsCertificate {
  /** What `tls.createSecureContext` and `server.setSecureContext` take, the key in clear. Another object after a change. */
  readonly context: Readonly<SecureContextOptions>
  readonly validTo: Date
  readonly subject: string
  /** SHA-256. */
  readonly fingerprint: string
}

/** The section of a certificate, and how long its steps may take. */
export interface TlsCertificateOptions extends ModuleTimeouts {
  /** Default: `tls`. */
  readonly name?: string | undefined
  readonly config: Section<TlsCertificateConfig | undefined>
  /**
   * How often its age is looked at, and how much hangs on it. Default: once a minute, `optional`, as another instance has
   * the same certificate.
   */
  readonly health?: PartHealth | undefined
  readonly clock?: Clock | undefined
}

/**
 * A certificate with its key, for an HTTPS listener. A pair that does not belong together, can't be parsed, has expired or
 * is not valid yet is refused, and the one in service stays. A new pair is taken over in place: connections that are open
 * go on, and later handshakes use it. Warns, in the log and as `certificate_expiry`, a day before it expires and when it
 * has, and in its health. Does not run while its section names neither certificate nor key.
 *
 * @example
 * const certificate = tlsCertificateModule({ config: config.section('tls') })
 * const http = httpListenerModule({ config: config.section('http'), tls: certificate, handler })
 */
export function tlsCertificateModule(options: TlsCertificateOptions): Module<TlsCertificate> {
  const { name = 'tls', config: section, health, clock = systemClock, ...timeouts } = options

  const read = async (config: TlsCertificateConfig, signal: AbortSignal): Promise<CertificatePair> => {
    const [cert, key] = await Promise.all([
      textOf(section, config, 'cert', signal),
      textOf(section, config, 'key', signal),
    ])
    const { minVersion } = config
    const pair = createPair({ cert, key, passphrase: config.passphrase?.reveal(), minVersion, now: clock.now() })
    if (!('why' in pair)) return pair
    throw refusal({ section, field: writtenAs(config, pair.of) }, pair.why)
  }

  const module = defineModule({
    ...timeouts,
    name,
    config: section,
    enabled: (config) => config !== undefined && fields.some((field) => config[field] !== undefined),
    // Typed by hand: what it returns and what `start` returns are each inferred from what the other is given.
    check: ({ next, signal }: CheckContext<TlsCertificateConfig | undefined, ServedPair>) => read(given(next), signal),
    async start({ config, prepared, signal, log, emit }) {
      const pair = prepared ?? (await read(given(config), signal))
      return new ServedPair(clock, pair, tellExpiry({ log, emit }))
    },
    async reload({ next, prepared, resource, signal }) {
      const pair = prepared ?? (await read(given(next), signal))
      const previous = resource.serve(pair)
      return () => void resource.serve(previous)
    },
    stop: ({ resource }) => resource.close(),
    ...partHealth(health, ownHealth, ({ resource }: HealthContext<TlsCertificateConfig | undefined, ServedPair>) => {
      const { validTo, subject } = resource
      const left = validTo.getTime() - clock.now()
      const details = { subject, validTo: validTo.toISOString() }
      if (left <= 0) return unhealthy('the certificate has expired', details)
      return left <= day ? degraded('the certificate expires within a day', details) : healthy(undefined, details)
    }),
  })
  return module
}

/** Time goes in one direction: there is nothing to damp. */
const ownHealth = { optional: true, interval: 60_000, fall: 1, rise: 1 } as const

class ServedPair implements TlsCertificate {
  readonly #clock: Clock
  readonly #onExpiry: (pair: CertificatePair, expiry: Expiry) => void
  #pair: CertificatePair
  #stopWatching: Disposer

  constructor(clock: Clock, pair: CertificatePair, onExpiry: (pair: CertificatePair, expiry: Expiry) => void) {
    this.#clock = clock
    this.#onExpiry = onExpiry
    this.#pair = pair
    this.#stopWatching = this.#watch(pair)
  }

  // Getters of the prototype: neither JSON nor util.inspect show them, so that the key is in no log line of the resource.
  get context(): Readonly<SecureContextOptions> {
    return this.#pair.context
  }

  get validTo(): Date {
    return new Date(this.#pair.validTo)
  }

  get subject(): string {
    return this.#pair.subject
  }

  get fingerprint(): string {
    return this.#pair.fingerprint
  }

  /** Gives the pair that was served until now. */
  serve(pair: CertificatePair): CertificatePair {
    const previous = this.#pair
    this.#pair = pair
    this.#stopWatching()
    this.#stopWatching = this.#watch(pair)
    return previous
  }

  close(): void {
    this.#stopWatching()
  }

  #watch(pair: CertificatePair): Disposer {
    return watchExpiry(this.#clock, pair.validTo, (expiry) => this.#onExpiry(pair, expiry))
  }
}

function tellExpiry({ log, emit }: Pick<HookContext, 'log' | 'emit'>) {
  return ({ subject, fingerprint, validTo }: CertificatePair, expiry: Expiry): void => {
    const at = new Date(validTo).toISOString()
    emit('certificate_expiry', { expiry, subject, fingerprint, validTo: at })
    const what = expiry === 'soon' ? 'expires within a day, at' : 'has expired, at'
    log.warn(`The certificate of ${subject} ${what} ${at}. Replace it.`)
  }
}

const fields = ['certFile', 'keyFile', 'cert', 'key'] as const

/** How the certificate or the key was given: by path or as text. */
function writtenAs(config: TlsCertificateConfig, what: 'cert' | 'key'): string {
  return config[what] === undefined ? `${what}File` : what
}

async function textOf(
  section: Section<unknown>,
  config: TlsCertificateConfig,
  what: 'cert' | 'key',
  signal: AbortSignal,
): Promise<string> {
  const text = config[what]
  const path = config[`${what}File`]
  const field = writtenAs(config, what)
  if (text !== undefined && path !== undefined)
    throw refusal({ section, field }, `expected it or ${what}File, not both`)
  if (text !== undefined) return text.reveal()
  if (path === undefined)
    throw refusal({ section, field }, `expected the path of a file, or the text itself in ${what}`)
  try {
    return await readSmallFile(path, signal)
  } catch (error) {
    throw refusal({ section, field }, `cannot be read: ${describeThrown(error)}`, error)
  }
}

/** A module that is not enabled without a section is never called without one. */
function given<T>(config: T | undefined): T {
  if (config === undefined) throw new TypeError('The section of the certificate is absent')
  return config
}
