import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { createSecureContext, type SecureContextOptions, type SecureVersion } from 'node:tls'
import { describeThrown } from '../../errors/trimtab-error.ts'

/** A certificate and its key that belong together. Not frozen: node completes the context where it is used. */
export interface CertificatePair {
  readonly context: Readonly<SecureContextOptions>
  /** Milliseconds since 1970. */
  readonly validTo: number
  readonly subject: string
  /** SHA-256, as people compare it. */
  readonly fingerprint: string
}

export interface PairTexts {
  /** One or several certificates as PEM, the service's own first. */
  readonly cert: string
  readonly key: string
  readonly passphrase: string | undefined
  readonly minVersion: SecureVersion
  /** Milliseconds since 1970. */
  readonly now: number
}

/** Which of the two can't be taken. */
export interface PairRefusal {
  readonly of: 'cert' | 'key'
  /** Without anything of the texts. */
  readonly why: string
}

const block = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** Parses a pair and proves that it can be served now. */
export function createPair(texts: PairTexts): CertificatePair | PairRefusal {
  const { cert, key, passphrase, minVersion, now } = texts
  const chain = parseChain(cert)
  if ('why' in chain) return chain
  const privateKey = parseKey(key, passphrase)
  if ('why' in privateKey) return privateKey

  const { leaf, others } = chain
  if (!leaf.checkPrivateKey(privateKey)) {
    if (!others.some((other) => other.checkPrivateKey(privateKey)))
      return { of: 'key', why: 'does not belong to the certificate' }
    return { of: 'cert', why: 'has the certificate of the key behind another one; it has to come first' }
  }
  const validFrom = Date.parse(leaf.validFrom)
  const validTo = Date.parse(leaf.validTo)
  if (now < validFrom) return { of: 'cert', why: `is not valid before ${new Date(validFrom).toISOString()}` }
  if (now >= validTo) return { of: 'cert', why: `expired at ${new Date(validTo).toISOString()}` }

  const context = { cert, key, ...(passphrase === undefined ? {} : { passphrase }), minVersion }
  try {
    createSecureContext(context)
  } catch (error) {
    return { of: 'cert', why: `cannot be served: ${describeThrown(error)}` }
  }
  return { context, validTo, subject: leaf.subject.replaceAll('\n', ', '), fingerprint: leaf.fingerprint256 }
}

function parseChain(
  text: string,
): PairRefusal | { readonly leaf: X509Certificate; readonly others: X509Certificate[] } {
  const blocks = text.match(block) ?? []
  try {
    const [leaf, ...others] = blocks.map((each) => new X509Certificate(each))
    if (leaf !== undefined) return { leaf, others }
  } catch {
    return { of: 'cert', why: 'cannot be parsed' }
  }
  return { of: 'cert', why: 'holds no certificate: expected PEM, -----BEGIN CERTIFICATE-----' }
}

function parseKey(text: string, passphrase: string | undefined): PairRefusal | KeyObject {
  // Node's own code for this differs between versions and kinds of keys.
  if (passphrase === undefined && /^-----BEGIN ENCRYPTED |^Proc-Type: .*ENCRYPTED/m.test(text)) {
    return { of: 'key', why: 'is encrypted, and there is no passphrase' }
  }
  try {
    return createPrivateKey({ key: text, ...(passphrase === undefined ? {} : { passphrase }) })
  } catch {
    const why = passphrase === undefined ? 'cannot be parsed' : 'cannot be parsed, or the passphrase is not its own'
    return { of: 'key', why: `${why}: expected a private key as PEM` }
  }
}
