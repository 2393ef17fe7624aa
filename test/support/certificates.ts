import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { tempFolder } from './temp-folder.ts'

/** A certificate that was made for a test, with its key; both as PEM and as files. */
export interface TestPair {
  readonly cert: string
  readonly key: string
  readonly certFile: string
  readonly keyFile: string
}

export interface TestPairOptions {
  /** The common name of its subject. */
  readonly name: string
  readonly days?: number
  /** Encrypts the key. */
  readonly passphrase?: string
}

/** Has openssl make a pair for 127.0.0.1 that is valid from now on. Its files go when the running test ends. */
export function createTestPair({ name, days = 30, passphrase }: TestPairOptions): TestPair {
  const folder = tempFolder()
  const certFile = join(folder, 'tls.crt')
  const keyFile = join(folder, 'tls.key')
  const encryption = passphrase === undefined ? ['-nodes'] : ['-passout', `pass:${passphrase}`]
  const subject = [
    '-subj',
    `/CN=${name}`,
    '-addext',
    'subjectAltName=IP:127.0.0.1,DNS:localhost',
    '-days',
    String(days),
  ]
  const algorithm = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
  const files = ['-keyout', keyFile, '-out', certFile]
  execFileSync('openssl', ['req', '-x509', ...algorithm, ...encryption, ...files, ...subject], { stdio: 'pipe' })
  return { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8'), certFile, keyFile }
}
