/**
 * A reader of declaration text that knows brackets, strings and comments, and nothing else of the language. It is enough to
 * cut an API report into declarations, members and parameters.
 */

const closers: Record<string, string> = { '(': ')', '[': ']', '{': '}', '<': '>' }

/** Drops comments and joins white space, so that layout is no difference. */
export function normalise(text: string): string {
  const pieces =
    text.match(/'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\/|[\s\S]/g) ?? []
  return pieces
    .map((piece) => (piece.startsWith('//') || piece.startsWith('/*') ? ' ' : piece))
    .join('')
    .replace(/\s+/g, ' ')
    .trim()
}

/** The index after the bracket or the string that opens at `start`. */
export function skip(text: string, start: number): number {
  const open = text[start] ?? ''
  if (open === "'" || open === '"' || open === '`') {
    for (let at = start + 1; at < text.length; at += 1) {
      if (text[at] === '\\') at += 1
      else if (text[at] === open) return at + 1
    }
    return text.length
  }
  const close = closers[open]
  if (close === undefined) return start + 1
  for (let at = start + 1; at < text.length; ) {
    if (text[at] === close) return at + 1
    at = text.startsWith('=>', at) ? at + 2 : skip(text, at)
  }
  return text.length
}

/** Cuts at a separator that stands in no bracket and no string. Empty parts are left out. */
export function split(text: string, separator: string): string[] {
  const parts: string[] = []
  let from = 0
  for (let at = 0; at < text.length; ) {
    if (text[at] === separator) {
      parts.push(text.slice(from, at))
      from = at + 1
    }
    at = text.startsWith('=>', at) ? at + 2 : skip(text, at)
  }
  parts.push(text.slice(from))
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}

/** Where a character first stands outside of brackets and strings, or -1. */
export function find(text: string, character: string, from = 0): number {
  for (let at = from; at < text.length; ) {
    if (text[at] === character) return at
    at = text.startsWith('=>', at) ? at + 2 : skip(text, at)
  }
  return -1
}
