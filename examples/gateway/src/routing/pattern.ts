/** A path as a route matches it: literal segments, `undefined` for one that may be any, and whether more may follow. */
export interface Pattern {
  readonly segments: readonly (string | undefined)[]
  readonly isOpen: boolean
}

const literal = /^[A-Za-z0-9._~!$&'()+,;=@%-]+$/
const parameter = /^:[A-Za-z][A-Za-z0-9_]*$/

/** Reads `/orders`, `/orders/:id` and `/orders/*`; undefined for anything else. */
export function parsePattern(text: string): Pattern | undefined {
  if (!text.startsWith('/')) return undefined
  const parts = splitPath(text)
  const isOpen = parts.at(-1) === '*'
  const segments = isOpen ? parts.slice(0, -1) : parts
  if (!segments.every((part) => literal.test(part) || parameter.test(part))) return undefined
  return { segments: segments.map((part) => (part.startsWith(':') ? undefined : part)), isOpen }
}

/** The segments of a path without its query; a slash at the end makes no difference. */
export function splitPath(path: string): readonly string[] {
  const end = path.indexOf('?')
  const parts = (end < 0 ? path : path.slice(0, end)).slice(1).split('/')
  return parts.at(-1) === '' ? parts.slice(0, -1) : parts
}

export function matches({ segments, isOpen }: Pattern, path: readonly string[]): boolean {
  if (isOpen ? path.length < segments.length : path.length !== segments.length) return false
  return segments.every((segment, index) => segment === undefined || segment === path[index])
}
