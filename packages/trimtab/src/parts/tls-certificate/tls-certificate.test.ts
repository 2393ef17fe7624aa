import { readFileSync, writeFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { describe, expect, expectTypeOf, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { createTestPair, type TestPair } from '../../../../../test/support/certificates.ts'
import type { JsonObject } from '../../primitives/json.ts'
import { defineConfig } from '../../schema/define-config.ts'
import { dynamic } from '../../schema/marks.ts'
import { createManualClock } from '../../testing/manual-clock.ts'
import { createRecording } from '../../testing/recording-module.ts'
import { createTestPlane } from '../../testing/test-plane.ts'
import { type TlsCertificateConfig, tlsCertificateModule, tlsCertificateSchema } from './tls-certificate.ts'

const hour = 3_600_000
const config = defineConfig(z.object({ tls: tlsCertificateSchema, later: dynamic(z.number().default(0)) }))

const texts = ({ cert, key }: TestPair) => ({ cert, key })
const files = ({ certFile, keyFile }: TestPair) => ({ certFile, keyFile })

async function openPlane(tls: JsonObject) {
  const clock = createManualClock({ start: Date.now() + 1_000 })
  const lines: string[] = []
  const warnings: string[] = []
  const write = (message: string) => void lines.push(message)
  const warn = (message: string) => void warnings.push(message)
  const logger = { debug: write, info: write, warn, error: warn }
  const certificate = tlsCertificateModule({ config: config.section('tls'), clock })
  const recording = createRecording()
  const later = recording.module({ name: 'later', config: config.section('later'), dependsOn: [certificate] })
  const plane = await createTestPlane(config, { tree: { tls }, modules: [certificate, later], logger })
  onTestFinished(async () => {
    await plane.close()
    expect(clock.pending).toBe(0)
  })
  const emitted: unknown[] = []
  plane.events.on((event) => {
    if (event.type === 'dev.trimtab.module.emitted') emitted.push(event.data)
  })
  const subject = () => plane.use(certificate, (pair) => pair.subject)
  return { clock, plane, certificate, recording, subject, lines, warnings, emitted }
}

describe('a certificate', () => {
  it('is served from texts and from files', async () => {
    const pair = createTestPair({ name: 'a' })
    expect(await (await openPlane(texts(pair))).subject()).toBe('CN=a')
    expect(await (await openPlane(files(pair))).subject()).toBe('CN=a')
  })

  it('is followed by a new pair in place, in the same object', async () => {
    const { plane, certificate, subject } = await openPlane(texts(createTestPair({ name: 'a' })))
    const [held, context] = await plane.use(certificate, (pair) => [pair, pair.context])
    const outcome = await plane.set({ tls: files(createTestPair({ name: 'b' })) })
    expect(outcome.modules).toContainEqual(expect.objectContaining({ module: 'tls', action: 'reloaded' }))
    expect(await subject()).toBe('CN=b')
    expect(held.subject).toBe('CN=b')
    expect(held.context).not.toBe(context)
  })

  it('comes back when a later module fails', async () => {
    const a = texts(createTestPair({ name: 'a' }))
    const { plane, recording, subject } = await openPlane(a)
    recording.script('later', 'start', { kind: 'throw', error: new Error('no') })
    const outcome = await plane.set({ tls: texts(createTestPair({ name: 'b' })), later: 1 })
    expect(outcome.status).toBe('rolled_back')
    expect(await subject()).toBe('CN=a')
  })

  it('stays in service when what should follow it is no pair, and nothing of the key is shown', async () => {
    const { plane, subject, lines, warnings } = await openPlane(texts(createTestPair({ name: 'a' })))
    const [b, c] = [createTestPair({ name: 'b' }), createTestPair({ name: 'c' })]
    const outcome = await plane.set({ tls: { cert: b.cert, key: c.key } })
    expect(outcome).toMatchObject({
      status: 'validation_failed',
      problems: [{ module: 'tls', path: 'tls.key', message: 'does not belong to the certificate' }],
    })
    expect(await subject()).toBe('CN=a')
    const secret = c.key.split('\n')[1] ?? ''
    expect(JSON.stringify([outcome, plane.outcomes, lines, warnings])).not.toContain(secret)
    expect((await plane.set({ tls: texts(b) })).status).toBe('full_success')
    expect(await subject()).toBe('CN=b')
  })

  it.each([
    [
      'both a file and a text',
      (pair: TestPair) => ({ ...texts(pair), keyFile: pair.keyFile }),
      'tls.key',
      /^expected it or keyFile, not both/,
    ],
    ['no key', ({ cert }: TestPair) => ({ cert }), 'tls.keyFile', /^expected the path of a file/],
    [
      'a file that is not there',
      (pair: TestPair) => ({ ...files(pair), certFile: '/absent/tls.crt' }),
      'tls.certFile',
      /^cannot be read: ENOENT/,
    ],
  ])('is refused with %s', async (_what, written, path, message) => {
    const { plane, subject } = await openPlane(texts(createTestPair({ name: 'a' })))
    const outcome = await plane.set({ tls: written(createTestPair({ name: 'b' })) })
    expect(outcome).toMatchObject({
      status: 'validation_failed',
      problems: [{ path, message: expect.stringMatching(message) }],
    })
    expect(await subject()).toBe('CN=a')
  })

  it('follows the content of files that its section refers to', async () => {
    const a = createTestPair({ name: 'a' })
    const refer = { cert: `\${file:${a.certFile}}`, key: `\${file:${a.keyFile}}` }
    const { plane, subject } = await openPlane(refer)
    const b = createTestPair({ name: 'b' })
    writeFileSync(a.certFile, b.cert)
    writeFileSync(a.keyFile, b.key)
    const outcome = await plane.reload()
    expect(outcome.modules).toContainEqual(expect.objectContaining({ module: 'tls', action: 'reloaded' }))
    expect(await subject()).toBe('CN=b')
  })

  it('does not run while its section names none, and starts when it does', async () => {
    const { plane, subject } = await openPlane({})
    await expect(subject()).rejects.toThrow('does not run')
    expect((await plane.set({ tls: texts(createTestPair({ name: 'a' })) })).status).toBe('full_success')
    expect(await subject()).toBe('CN=a')
    expect((await plane.set({ tls: {} })).status).toBe('full_success')
    await expect(subject()).rejects.toThrow('does not run')
  })

  it('warns a day before it expires and when it has, in the log and as an event', async () => {
    const { clock, plane, warnings, emitted } = await openPlane(texts(createTestPair({ name: 'a', days: 3 })))
    await clock.advance(47 * hour)
    expect(warnings).toEqual([])
    await clock.advance(hour)
    expect(warnings).toEqual([expect.stringContaining('The certificate of CN=a expires within a day')])
    expect(emitted).toEqual([
      expect.objectContaining({
        name: 'certificate_expiry',
        data: expect.objectContaining({ expiry: 'soon', subject: 'CN=a' }),
      }),
    ])
    await clock.advance(24 * hour)
    expect(warnings).toHaveLength(2)
    expect(warnings[1]).toContain('has expired')
    await plane.close()
  })

  it('is healthy until a day before it expires, and unhealthy when it has, which takes nobody out of traffic', async () => {
    const { clock, plane } = await openPlane(texts(createTestPair({ name: 'a', days: 3 })))
    const health = async () => {
      const { reports, readiness } = await plane.health.check({ fresh: true })
      expect(readiness.status).toBe('healthy')
      return reports.find(({ check }) => check === 'tls')
    }
    expect(await health()).toMatchObject({ observed: 'healthy', optional: true, details: { subject: 'CN=a' } })
    await clock.advance(48 * hour)
    expect(await health()).toMatchObject({ observed: 'degraded', message: 'the certificate expires within a day' })
    await clock.advance(24 * hour)
    expect(await health()).toMatchObject({ observed: 'unhealthy', message: 'the certificate has expired' })
    await plane.set({ tls: texts(createTestPair({ name: 'b', days: 30 })) })
    expect(await health()).toMatchObject({ observed: 'healthy' })
  })

  it('that expires soon is served with a warning, and without one after the next', async () => {
    const { clock, plane, warnings } = await openPlane(texts(createTestPair({ name: 'a', days: 1 })))
    expect(warnings).toEqual([expect.stringContaining('expires within a day')])
    await plane.set({ tls: texts(createTestPair({ name: 'b', days: 30 })) })
    await clock.advance(48 * hour)
    expect(warnings).toHaveLength(1)
  })

  it('shows no key when it is printed', async () => {
    const pair = createTestPair({ name: 'a' })
    const { plane, certificate } = await openPlane(files(pair))
    const printed = await plane.use(certificate, (served) => `${inspect(served)} ${JSON.stringify(served)}`)
    expect(printed).not.toContain(readFileSync(pair.keyFile, 'utf8').split('\n')[1])
  })

  it('gives back what its types promise', () => {
    expectTypeOf<z.output<typeof tlsCertificateSchema>>().toExtend<TlsCertificateConfig>()
  })
})
