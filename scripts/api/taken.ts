import type { Declaration } from './parse-report.ts'
import { skip } from './scan.ts'

/**
 * The names of types that the library takes from its users: a new required member in one of these breaks whoever makes the
 * value, while in a type that the library only gives it breaks nobody. What stands in a parameter is taken, what stands in
 * a parameter of that parameter is given, and so on.
 */
export function takenNames(declarations: Iterable<Declaration>): ReadonlySet<string> {
  const byName = new Map<string, Declaration[]>()
  for (const each of declarations) byName.set(each.name, [...(byName.get(each.name) ?? []), each])

  const taken = new Set<string>()
  const given = new Set<string>()
  const visit = (name: string, isTaken: boolean): void => {
    const seen = isTaken ? taken : given
    if (seen.has(name)) return
    seen.add(name)
    for (const { text } of byName.get(name) ?? []) {
      for (const [mentioned, flipped] of mentions(text, false)) {
        if (byName.has(mentioned) && mentioned !== name) visit(mentioned, isTaken !== flipped)
      }
    }
  }
  for (const [name, all] of byName)
    if (all.some((each) => each.exported && each.kind !== 'interface')) visit(name, false)
  for (const [name, all] of byName) if (all.some((each) => each.exported) && !taken.has(name)) visit(name, false)
  return taken
}

function* mentions(text: string, flipped: boolean): Generator<[name: string, flipped: boolean]> {
  for (let at = 0; at < text.length; ) {
    const word = /^[A-Za-z_$][\w$]*/.exec(text.slice(at))?.[0]
    if (word !== undefined) {
      yield [word, flipped]
      at += word.length
    } else if (text[at] === '(') {
      const end = skip(text, at)
      const isParameters = /^ ?(?::|=>|;|$)/.test(text.slice(end))
      yield* mentions(text.slice(at + 1, end - 1), flipped !== isParameters)
      at = end
    } else {
      const isString = text[at] === "'" || text[at] === '"' || text[at] === '`'
      at = isString ? skip(text, at) : at + 1
    }
  }
}
