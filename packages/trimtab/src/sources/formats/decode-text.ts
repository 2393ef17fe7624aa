import type { ProblemCode } from '../../schema/problem.ts'

/** A file's bytes as text, or why they are none; `offset` counts bytes, `line` and `column` from 1. */
export type Decoded =
  | { readonly ok: true; readonly text: string }
  | {
      readonly ok: false
      readonly code: ProblemCode
      readonly message: string
      readonly hint: string
      readonly line: number
      readonly column: number
    }

const asUtf8 = 'Save the file as UTF-8.'

/** Reads UTF-8, with or without a byte order mark. Anything that is no text is refused with its place. */
export function decodeText(bytes: Uint8Array): Decoded {
  const utf16 = isUtf16(bytes)
  if (utf16 !== undefined) {
    return { ok: false, code: 'invalid_utf8', message: `this is ${utf16}, not UTF-8`, hint: asUtf8, line: 1, column: 1 }
  }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    const offset = firstInvalid(bytes)
    const message = `the byte at offset ${offset} is not part of a character in UTF-8`
    return { ok: false, code: 'invalid_utf8', message, hint: asUtf8, ...placeOf(bytes, offset) }
  }
  const at = text.search(noText)
  if (at < 0) return { ok: true, text }
  const code = text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0')
  const message = code === '0000' ? 'a NUL character: this is no text file' : `a control character (U+${code})`
  const hint = 'Remove it; in quoted text, write it as an escape.'
  const before = text.slice(0, at)
  const start = before.lastIndexOf('\n') + 1
  return { ok: false, code: 'syntax', message, hint, line: before.split('\n').length, column: at - start + 1 }
}

// No format has these outside an escape. One of them would also be taken for a signal inside the YAML parser.
const noText = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/

function isUtf16([first, second]: Uint8Array): string | undefined {
  if (first === 0xff && second === 0xfe) return 'UTF-16 (little-endian)'
  return first === 0xfe && second === 0xff ? 'UTF-16 (big-endian)' : undefined
}

function placeOf(bytes: Uint8Array, offset: number): { readonly line: number; readonly column: number } {
  let line = 1
  let start = 0
  for (let at = bytes.indexOf(10); at >= 0 && at < offset; at = bytes.indexOf(10, at + 1)) {
    line += 1
    start = at + 1
  }
  // Everything before the offset is valid.
  return { line, column: new TextDecoder().decode(bytes.subarray(start, offset)).length + 1 }
}

/** The offset of the first byte that does not belong to a well-formed character (RFC 3629). */
function firstInvalid(bytes: Uint8Array): number {
  let at = 0
  while (at < bytes.length) {
    const length = characterLength(bytes, at)
    if (length === 0) return at
    at += length
  }
  return at
}

/** How many bytes the character at `at` has; 0 when it is malformed. */
function characterLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0
  if (first < 0x80) return 1
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
  if (first < 0xc2 || first > 0xf4) return 0
  // The second byte also rules out overlong forms, surrogates and what is beyond U+10FFFF.
  const lowest = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
  const highest = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
  for (let index = 1; index < length; index += 1) {
    const byte = bytes[at + index] ?? 0
    if (byte < (index === 1 ? lowest : 0x80) || byte > (index === 1 ? highest : 0xbf)) return 0
  }
  return length
}
