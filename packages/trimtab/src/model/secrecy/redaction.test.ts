import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../primitives/json.ts'
import { parsePath } from '../path.ts'
import { createRedaction, plainRedaction, type RedactionParts } from './redaction.ts'
import { createScrubber } from './scrub.ts'
import { Secret } from './secret.ts'

const isReference = (text: string) => /(?<!\$)\$\{(?:env|file):/.test(text)

function redaction(written: JsonObject, parts: Partial<RedactionParts> = {}) {
  return createRedaction({ previousWritten: {}, nextWritten: written, key: new Uint8Array([1]), isReference, ...parts })
}

describe('createRedaction', () => {
  it('shows plain values as they are', () => {
    const { show } = redaction({ pool: { max: 10 } })
    const value = { max: 10, hosts: ['a', null, true], nested: {} }
    expect(show('next', ['pool'], value)).toEqual(value)
  })

  it('shows a secret by its fingerprint, and another secret by another one', () => {
    const { show, fingerprint } = redaction({})
    const shown = show('next', ['url'], new Secret('hunter2'))
    expect(shown).toBe(`[secret ${fingerprint('hunter2')}]`)
    expect(shown).toMatch(/^\[secret [0-9a-f]{6}\]$/)
    expect(show('previous', ['other'], new Secret('hunter2'))).toBe(shown)
    expect(show('next', ['url'], new Secret('hunter3'))).not.toBe(shown)
    expect(show('next', [], { deep: [new Secret('hunter2')] })).toEqual({ deep: [shown] })
  })

  it('gives fingerprints that mean nothing to whoever has another key', () => {
    const { fingerprint } = redaction({})
    expect(redaction({}, { key: new Uint8Array([2]) }).fingerprint('hunter2')).not.toBe(fingerprint('hunter2'))
    expect(fingerprint(new Secret({ a: 1, b: ['x'] }))).toBe(fingerprint({ b: ['x'], a: 1 }))
    expect(fingerprint([new Secret('a')])).not.toBe(fingerprint([new Secret('b')]))
    expect(fingerprint(undefined)).toBe(fingerprint(null))
  })

  it('shows a reference and not what it gave', () => {
    const { show } = redaction({ url: '${env:URL}', hosts: ['a', 'http://${env:HOST}:80'], plain: '$${env:X}' })
    expect(show('next', ['url'], 'http://real')).toBe('${env:URL}')
    expect(show('next', ['url'], 5432)).toBe('${env:URL}')
    expect(show('next', ['hosts'], ['a', 'http://real:80'])).toEqual(['a', 'http://${env:HOST}:80'])
    expect(show('next', parsePath('hosts[1]'), 'http://real:80')).toBe('http://${env:HOST}:80')
    expect(show('next', ['plain'], '${env:X}')).toBe('${env:X}')
  })

  it('knows which side was written how', () => {
    const { show } = redaction({ url: 'written' }, { previousWritten: { url: '${env:URL}' } })
    expect(show('previous', ['url'], 'before')).toBe('${env:URL}')
    expect(show('next', ['url'], 'after')).toBe('after')
  })

  it('shows what was taken out of a reference as the reference', () => {
    const { show } = redaction({ pool: '${file:/run/pool.json}' })
    expect(show('next', ['pool'], { url: 'x', password: new Secret('y') })).toBe('${file:/run/pool.json}')
    expect(show('next', ['pool', 'url'], 'x')).toBe('${file:/run/pool.json}')
    expect(show('next', ['pool', 'password'], new Secret('y'))).toBe('${file:/run/pool.json}')
  })

  it.each([
    ['${env:PASSWORD}', '${env:PASSWORD}'],
    ['postgres://app:hunter2@${env:HOST}/db', '…${env:HOST}…'],
    ['${env:A}hunter2${env:B}', '${env:A}…${env:B}'],
    ['$${env:hunter2}${env:B}', '…${env:B}'],
    ['${hunter2}${env:B}', '…${env:B}'],
    ['$$${env:hunter2} ${file:/x}', '…${file:/x}'],
  ])('of the secret written as %s it shows the references alone', (written, expected) => {
    const shown = redaction({ url: written }).show('next', ['url'], new Secret('whatever it gave'))
    expect(shown).toBe(expected)
  })

  it('hides a secret whose written text holds no reference, or one that never ends', () => {
    for (const written of ['hunter2', 'hunter2 ${env:A', '$${env:hunter2}']) {
      expect(redaction({ url: written }).show('next', ['url'], new Secret('x'))).toMatch(/^\[secret /)
    }
  })

  it('takes known secrets out of texts, where a transform has put them elsewhere', () => {
    const { show } = redaction({ dsn: '${env:DSN}' }, { scrub: createScrubber(['hunter2']) })
    expect(show('next', ['parsed', 'password'], 'hunter2')).toBe('[secret]')
  })

  it('keeps keys that are called like inherited ones', () => {
    const value: unknown = JSON.parse('{"__proto__":"x"}')
    expect(JSON.stringify(redaction({}).show('next', [], value))).toBe('{"__proto__":"x"}')
    expect(JSON.stringify(plainRedaction.show('next', [], value))).toBe('{"__proto__":"x"}')
    expect(redaction({}).show('next', ['constructor', 'name'], 'x')).toBe('x')
  })
})

describe('plainRedaction', () => {
  it('hides secrets at any depth', () => {
    const value = { a: [new Secret('hunter2')], b: { c: new Secret(1) }, d: 1 }
    expect(plainRedaction.show('next', [], value)).toEqual({ a: ['[secret]'], b: { c: '[secret]' }, d: 1 })
  })
})
