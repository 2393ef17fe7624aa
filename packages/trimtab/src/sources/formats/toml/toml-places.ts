/** Where a value and its key stand, and the values inside it by key or index. */
export interface TomlPlace {
  readonly offset: number | undefined
  readonly keyOffset: number | undefined
  readonly children: ReadonlyMap<string | number, TomlPlace>
}

interface Node extends TomlPlace {
  offset: number | undefined
  readonly children: Map<string | number, Node>
  isTableArray: boolean
}

/**
 * Where the values of a TOML document stand, which its parser does not tell. The text has been parsed before and is
 * valid; should something in it be written in a way that this does not know, the answer is undefined and not a guess.
 */
export function tomlPlaces(text: string, parse: (text: string) => object): TomlPlace | undefined {
  const root = makeNode(undefined, undefined)
  let table = root
  let at = 0

  function makeNode(keyOffset: number | undefined, offset: number | undefined): Node {
    return { keyOffset, offset, children: new Map(), isTableArray: false }
  }

  const peek = () => text.charAt(at)
  /** Moves past what the pattern, a sticky one, finds here; gives it back. */
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0] ?? ''
    at += found.length
    return found
  }
  const expect = (token: string) => {
    if (!text.startsWith(token, at)) throw new UnknownWriting()
    at += token.length
  }

  const takeString = () => {
    const pattern = strings.find(([opening]) => text.startsWith(opening, at))?.[1]
    const literal = pattern && take(pattern)
    if (!literal) throw new UnknownWriting()
    return literal
  }

  const takeKeyPart = (): string => {
    if (peek() === "'") return takeString().slice(1, -1)
    if (peek() === '"') return unescapeKey(takeString(), parse)
    const bare = take(/[A-Za-z0-9_-]+/y)
    if (bare === '') throw new UnknownWriting()
    return bare
  }

  const takeKey = (): readonly string[] => {
    const parts: string[] = []
    do {
      take(space)
      parts.push(takeKeyPart())
      take(space)
    } while (take(/\./y) !== '')
    return parts
  }

  const takeValue = (keyOffset: number | undefined): Node => {
    const node = makeNode(keyOffset, at)
    const first = peek()
    if (first === '"' || first === "'") takeString()
    else if (first === '[') takeMembers(']', (index) => node.children.set(index, takeValue(undefined)))
    else if (first === '{') takeMembers('}', () => takePair(node))
    else if (take(/[^,\]}#\r\n]+/y) === '') throw new UnknownWriting()
    return node
  }

  const takeMembers = (closing: string, takeMember: (index: number) => void) => {
    at += 1
    for (let index = 0; ; index += 1) {
      take(blank)
      if (peek() === closing) break
      takeMember(index)
      take(blank)
      if (peek() !== closing) expect(',')
    }
    at += 1
  }

  const takePair = (into: Node) => {
    const keyOffset = at
    const key = takeKey()
    expect('=')
    take(space)
    const last = key.at(-1)
    if (last === undefined) throw new UnknownWriting()
    descend(into, key.slice(0, -1), keyOffset).children.set(last, takeValue(keyOffset))
  }

  const descend = (from: Node, key: readonly string[], offset: number): Node => {
    let node = from
    for (const part of key) {
      let next = node.children.get(part)
      if (next === undefined) node.children.set(part, (next = makeNode(offset, offset)))
      node = (next.isTableArray ? next.children.get(next.children.size - 1) : next) ?? next
    }
    return node
  }

  const takeHeader = (): Node => {
    const offset = at
    const isTableArray = text.startsWith('[[', at)
    at += isTableArray ? 2 : 1
    const key = takeKey()
    expect(isTableArray ? ']]' : ']')
    if (!isTableArray) {
      const node = descend(root, key, offset)
      // A table that was only implied by one inside it gets its own place here.
      node.offset = offset
      return node
    }
    const parent = descend(root, key.slice(0, -1), offset)
    const name = key.at(-1) ?? ''
    let tables = parent.children.get(name)
    if (tables === undefined) parent.children.set(name, (tables = makeNode(offset, offset)))
    tables.isTableArray = true
    const element = makeNode(offset, offset)
    tables.children.set(tables.children.size, element)
    return element
  }

  try {
    for (take(blank); at < text.length; take(blank)) {
      if (peek() === '[') table = takeHeader()
      else takePair(table)
    }
    return root
  } catch (error) {
    // Some megabytes of text in one value can also be too much for a pattern.
    if (error instanceof UnknownWriting || error instanceof RangeError) return undefined
    throw error
  }
}

class UnknownWriting extends Error {}

const space = /[ \t]*/y
const blank = /(?:[ \t\r\n]+|#[^\n]*)*/y

// Three quotes before one; up to two more may stand before the closing three.
const strings: readonly (readonly [opening: string, pattern: RegExp])[] = [
  ['"""', /"""(?:[^"\\]|\\[^]|"(?!""))*"{3,5}/y],
  ["'''", /'''(?:[^']|'(?!''))*'{3,5}/y],
  ['"', /"(?:[^"\\\n]|\\.)*"/y],
  ["'", /'[^'\n]*'/y],
]

/** The parser itself knows the escapes best. */
function unescapeKey(literal: string, parse: (text: string) => object): string {
  if (!literal.includes('\\')) return literal.slice(1, -1)
  const [key] = Object.keys(parse(`${literal} = 0`))
  if (key === undefined) throw new UnknownWriting()
  return key
}
