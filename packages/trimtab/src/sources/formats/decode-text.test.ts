import { describe, expect, it } from 'vitest'
import { decodeText } from './decode-text.ts'

const bytes = (...parts: readonly (string | readonly number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))))

const refused = (content: Uint8Array) => {
  const decoded = decodeText(content)
  return decoded.ok ? 'accepted' : `${decoded.code} ${decoded.line}:${decoded.column} ${decoded.message}`
}

describe('decodeText', () => {
  it('reads UTF-8 and drops a byte order mark at the beginning, and there alone', () => {
    expect(decodeText(bytes('ä€😀'))).toEqual({ ok: true, text: 'ä€😀' })
    expect(decodeText(bytes([0xef, 0xbb, 0xbf], 'a'))).toEqual({ ok: true, text: 'a' })
    expect(decodeText(bytes('a', [0xef, 0xbb, 0xbf]))).toEqual({ ok: true, text: 'a\ufeff' })
    expect(decodeText(bytes())).toEqual({ ok: true, text: '' })
  })

  it.each<[string, Uint8Array, string]>([
    ['a byte of Latin-1', bytes('a: 1\nb: J', [0xfc], 'rgen'), 'invalid_utf8 2:5 the byte at offset 9'],
    ['a byte that only continues', bytes('ä', [0x80]), 'invalid_utf8 1:2 the byte at offset 2'],
    ['a character that is cut off', bytes('a\n', [0xe2, 0x82]), 'invalid_utf8 2:1 the byte at offset 2'],
    ['a slash in two bytes', bytes([0xc0, 0xaf]), 'invalid_utf8 1:1 the byte at offset 0'],
    ['an overlong form in three', bytes('a', [0xe0, 0x80, 0xaf]), 'invalid_utf8 1:2 the byte at offset 1'],
    ['an overlong form in four', bytes('a', [0xf0, 0x80, 0x80, 0xaf]), 'invalid_utf8 1:2 the byte at offset 1'],
    ['half a character', bytes('a', [0xed, 0xa0, 0x80]), 'invalid_utf8 1:2 the byte at offset 1'],
    ['what lies beyond Unicode', bytes('a', [0xf4, 0x90, 0x80, 0x80]), 'invalid_utf8 1:2 the byte at offset 1'],
    ['UTF-16, little-endian', bytes([0xff, 0xfe, 0x61, 0x00]), 'invalid_utf8 1:1 this is UTF-16 (little-endian)'],
    ['UTF-16, big-endian', bytes([0xfe, 0xff, 0x00, 0x61]), 'invalid_utf8 1:1 this is UTF-16 (big-endian)'],
    ['a NUL character', bytes('a\nbc\0d'), 'syntax 2:3 a NUL character'],
    ['a control character', bytes('ab\u0002'), 'syntax 1:3 a control character (U+0002)'],
  ])('refuses %s and says where it stands', (_what, content, expected) => {
    expect(refused(content).slice(0, expected.length)).toBe(expected)
  })

  it('finds the same bytes invalid as the decoder does', () => {
    // Every pair of bytes after a letter, and every pair behind the first byte of a longer character.
    for (const lead of [[], [0xe0], [0xe2], [0xed], [0xf0], [0xf1], [0xf4]]) {
      for (let first = 0x80; first <= 0xff; first += 1) {
        for (const second of [0x20, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff]) {
          const content = bytes('x', lead, [first, second], 'yz')
          const offset = /offset (\d+)/.exec(refused(content))?.[1]
          const before = offset === undefined ? content : content.subarray(0, Number(offset))
          expect(() => new TextDecoder('utf-8', { fatal: true }).decode(before)).not.toThrow()
          expect(Buffer.from(content.toString('utf8')).equals(content)).toBe(offset === undefined)
        }
      }
    }
  })
})
