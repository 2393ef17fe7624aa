import { createHmac } from 'node:crypto'
import { expect, it, test } from 'vitest'
import { Secret } from '../../../model/secrecy/secret.ts'
import { createManualClock } from '../../../testing/manual-clock.ts'
import { keyOf, signatureOf, verifySignature } from './signature.ts'

const secret = 'a-long-enough-secret'
const clock = createManualClock({ start: 1_700_000_000_000 })
const timestamp = 1_700_000_000
const body = '{"type":"x"}'
const bytes = Buffer.from(body)
const sign = (given: string, at = timestamp) =>
  signatureOf({ id: 'run-1', timestamp: String(at), body: bytes }, keyOf(given))
const headersOf = (signature: string, at = timestamp) => ({
  'Webhook-Id': 'run-1',
  'webhook-timestamp': String(at),
  'webhook-signature': signature,
})

test('a signature is what Standard Webhooks says', () => {
  const hmac = createHmac('sha256', secret).update(`run-1.${timestamp}.${body}`).digest('base64')
  expect(sign(secret)).toBe(`v1,${hmac}`)
  // The example of the specification.
  const example = signatureOf(
    { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: '1614265330', body: Buffer.from('{"test": 2432232314}') },
    keyOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'),
  )
  expect(example).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
})

test('what was signed is verified, as node and fetch give headers, with one of several secrets', () => {
  const headers = headersOf(sign(secret))
  expect(verifySignature({ secret, headers, body, clock })).toEqual({ ok: true, id: 'run-1' })
  expect(verifySignature({ secret, headers: new Headers(headers), body: Buffer.from(body), clock }).ok).toBe(true)
  expect(verifySignature({ secret: ['another-long-secret', new Secret(secret)], headers, body, clock }).ok).toBe(true)
  const both = headersOf(`${sign('another-long-secret')} ${sign(secret)}`)
  expect(verifySignature({ secret, headers: both, body, clock }).ok).toBe(true)
})

it.each([
  ['another body', { body: '{"type":"y"}' }, 'wrong'],
  ['another secret', { secret: 'another-long-secret' }, 'wrong'],
  ['another id', { headers: { ...headersOf(sign(secret)), 'Webhook-Id': 'run-2' } }, 'wrong'],
  ['another time', { headers: headersOf(sign(secret), timestamp + 1) }, 'wrong'],
  ['no signature at all', { headers: headersOf('') }, 'wrong'],
  ['part of a signature', { headers: headersOf(sign(secret).slice(0, -1)) }, 'wrong'],
  ['no headers', { headers: {} }, 'missing'],
  ['a time that is none', { headers: { ...headersOf(sign(secret)), 'webhook-timestamp': '1e9' } }, 'missing'],
  ['an old time', { headers: headersOf(sign(secret, timestamp - 301), timestamp - 301) }, 'expired'],
  ['a time to come', { headers: headersOf(sign(secret, timestamp + 301), timestamp + 301) }, 'expired'],
] as const)('%s is refused', (_, changed, why) => {
  const options = { secret, headers: headersOf(sign(secret)), body, clock, ...changed }
  expect(verifySignature(options)).toEqual({ ok: false, why })
})

test('it is the bytes that are signed: others that read as the same text are not what was sent', () => {
  const sent = Buffer.from('{"note":"\ufffd"}')
  const headers = headersOf(signatureOf({ id: 'run-1', timestamp: String(timestamp), body: sent }, keyOf(secret)))
  const forged = Buffer.concat([Buffer.from('{"note":"'), Buffer.from([0xff]), Buffer.from('"}')])
  expect(forged.toString()).toBe(sent.toString())
  expect(verifySignature({ secret, headers, body: sent, clock }).ok).toBe(true)
  expect(verifySignature({ secret, headers, body: forged, clock })).toEqual({ ok: false, why: 'wrong' })
  const padded = { ...headersOf(sign(secret)), 'webhook-timestamp': `0${timestamp}` }
  expect(verifySignature({ secret, headers: padded, body, clock })).toEqual({ ok: false, why: 'wrong' })
})

it.each(['', 'too short', 'whsec_AAAA', 7, null, {}])('%s is no secret', (given) => {
  expect(() => keyOf(given as never)).toThrow('The secret of a webhook has to be')
})
