import { find, normalise, skip, split } from './scan.ts'

/** One declaration of an API report. `members` are given for interfaces, classes and object types; `rest` is what is left. */
export interface Declaration {
  readonly name: string
  readonly kind: string
  readonly exported: boolean
  readonly text: string
  readonly rest: string
  readonly members: ReadonlyMap<string, string> | undefined
}

const opening =
  /^(export )?(?:declare )?(?:abstract )?(interface|class|function|type|const|let|enum|namespace) ([\w$]+)/

/** Reads the declarations of a report by API Extractor, by name; an overload's name carries its number. */
export function parseReport(report: string): Map<string, Declaration> {
  const code = normalise(/```ts\n([\s\S]*)\n```/.exec(report)?.[1] ?? '')
  const declarations = new Map<string, Declaration>()
  for (const text of statements(code)) {
    const [, exported, kind = '', name = ''] = opening.exec(text) ?? []
    if (name === '') continue
    const body = bodyOf(kind, text)
    const declaration = {
      name,
      kind,
      exported: exported !== undefined,
      text,
      rest: body === undefined ? text : text.slice(0, body.start) + text.slice(body.end),
      members: body && membersOf(text.slice(body.start + 1, body.end - 1)),
    }
    declarations.set(freeKey(declarations, `${kind} ${name}`), declaration)
  }
  return declarations
}

function* statements(code: string): Generator<string> {
  let from = 0
  for (let at = 0; at < code.length; ) {
    const ends =
      code[at] === ';' ||
      (code[at] === '{' &&
        /^(?:export )?(?:abstract )?(?:interface|class|enum|namespace) /.test(code.slice(from).trimStart()))
    at = code.startsWith('=>', at) ? at + 2 : skip(code, at)
    if (!ends) continue
    yield code.slice(from, at).trim()
    from = at
  }
}

function bodyOf(kind: string, text: string): { start: number; end: number } | undefined {
  if (kind === 'interface' || kind === 'class') {
    const start = find(text, '{')
    return { start, end: skip(text, start) }
  }
  const start = text.search(/[:=] \{/) + 2
  const isObject =
    (kind === 'type' || kind === 'const') && start > 1 && text.slice(0, start).match(/[:=]/g)?.length === 1
  return isObject && skip(text, start) === text.length - 1 ? { start, end: text.length - 1 } : undefined
}

function membersOf(body: string): Map<string, string> {
  const members = new Map<string, string>()
  for (const text of split(body, ';')) {
    const bare = text.replace(/^(?:(?:readonly|static|abstract|protected|get|set) )+/, '')
    const end = bare.startsWith('[') ? skip(bare, 0) : bare.search(/[?:(<]|$/)
    members.set(freeKey(members, bare.slice(0, end) || '()'), text)
  }
  return members
}

function freeKey(taken: ReadonlyMap<string, unknown>, key: string): string {
  if (!taken.has(key)) return key
  for (let number = 2; ; number += 1) if (!taken.has(`${key} #${number}`)) return `${key} #${number}`
}
