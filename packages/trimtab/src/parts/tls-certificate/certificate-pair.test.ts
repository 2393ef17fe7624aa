import { describe, expect, it } from 'vitest'
import { createTestPair } from '../../../../../test/support/certificates.ts'
import { createPair, type PairTexts } from './certificate-pair.ts'

const day = 86_400_000

/** What is common to all: judged now, without a passphrase. */
const now = (texts: Pick<PairTexts, 'cert' | 'key'>): PairTexts => ({
  ...texts,
  passphrase: undefined,
  minVersion: 'TLSv1.2',
  now: Date.now() + 1_000,
})

describe('a pair', () => {
  it('that can be served gives its context and what people ask about it', () => {
    const made = createTestPair({ name: 'served', days: 7 })
    const pair = createPair(now(made))
    if ('why' in pair) throw new Error(pair.why)
    expect(pair.subject).toBe('CN=served')
    expect(pair.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/)
    expect(Math.round((pair.validTo - Date.now()) / day)).toBe(7)
    expect(pair.context).toEqual({ cert: made.cert, key: made.key, minVersion: 'TLSv1.2' })
  })

  it('whose key is of another certificate is refused', () => {
    const texts = { cert: createTestPair({ name: 'a' }).cert, key: createTestPair({ name: 'b' }).key }
    expect(createPair(now(texts))).toEqual({ of: 'key', why: 'does not belong to the certificate' })
  })

  it('with the certificate of the key behind another one is refused', () => {
    const [own, other] = [createTestPair({ name: 'a' }), createTestPair({ name: 'b' })]
    const refused = createPair(now({ cert: other.cert + own.cert, key: own.key }))
    expect(refused).toEqual({ of: 'cert', why: expect.stringContaining('has to come first') })
    expect(createPair(now({ cert: own.cert + other.cert, key: own.key }))).toHaveProperty('context')
  })

  it('is served from its first moment to its last, and neither before nor after', () => {
    const texts = now(createTestPair({ name: 'a', days: 2 }))
    const pair = createPair(texts)
    if ('why' in pair) throw new Error(pair.why)
    expect(createPair({ ...texts, now: pair.validTo - 1 })).toHaveProperty('context')
    expect(createPair({ ...texts, now: pair.validTo })).toMatchObject({
      of: 'cert',
      why: expect.stringMatching(/^expired at 20/),
    })
    const early = createPair({ ...texts, now: pair.validTo - 3 * day })
    expect(early).toMatchObject({ of: 'cert', why: expect.stringMatching(/^is not valid before 20/) })
  })

  it.each([
    ['nothing', ''],
    ['something else', 'hunter2'],
    ['half a file', '-----BEGIN CERTIFICATE-----\nMIIB'],
    ['a damaged one', '-----BEGIN CERTIFICATE-----\nhunter2hunter2\n-----END CERTIFICATE-----\n'],
  ])('with %s for a certificate is refused, and nothing of it is shown', (_what, cert) => {
    const refused = createPair(now({ cert, key: createTestPair({ name: 'a' }).key }))
    expect(refused).toMatchObject({ of: 'cert' })
    expect(JSON.stringify(refused)).not.toContain('hunter2')
  })

  it.each([
    ['nothing', ''],
    ['something else', 'hunter2'],
    ['a damaged one', '-----BEGIN PRIVATE KEY-----\nhunter2hunter2\n-----END PRIVATE KEY-----\n'],
  ])('with %s for a key is refused, and nothing of it is shown', (_what, key) => {
    const refused = createPair(now({ cert: createTestPair({ name: 'a' }).cert, key }))
    expect(refused).toMatchObject({ of: 'key', why: expect.stringContaining('cannot be parsed') })
    expect(JSON.stringify(refused)).not.toContain('hunter2')
  })

  it('with an encrypted key needs its passphrase', () => {
    const texts = now(createTestPair({ name: 'a', passphrase: 'hunter2' }))
    expect(createPair(texts)).toEqual({ of: 'key', why: 'is encrypted, and there is no passphrase' })
    const wrong = createPair({ ...texts, passphrase: 'wrong' })
    expect(wrong).toMatchObject({ of: 'key', why: expect.stringContaining('passphrase is not its own') })
    expect(createPair({ ...texts, passphrase: 'hunter2' })).toHaveProperty('context')
  })
})
