import { type Declaration, parseReport } from './parse-report.ts'
import { find, skip, split } from './scan.ts'
import { takenNames } from './taken.ts'

export interface Difference {
  readonly kind: 'breaking' | 'additive'
  readonly what: string
}

/**
 * Compares two API reports. Additive is only what surely breaks nobody: a new export, an optional member or parameter, a new
 * member of what the library gives. Everything else is called breaking; a person may know better, a machine does not.
 */
export function classify(released: string, current: string): Difference[] {
  const before = parseReport(released)
  const after = parseReport(current)
  const taken = takenNames(after.values())
  const differences: Difference[] = []
  const say = (kind: Difference['kind'], what: string): void => void differences.push({ kind, what })

  for (const [key, old] of before) {
    const now = after.get(key)
    if (now === undefined || (old.exported && !now.exported)) {
      // A type that was never exported may go: whoever saw it through a signature sees that signature change.
      if (old.exported) say('breaking', `${key} is gone`)
    } else if (old.text !== now.text) {
      compare(key, old, now, taken.has(now.name), say)
    }
  }
  for (const [key, now] of after) {
    const old = before.get(key)
    if (now.exported && (old === undefined || !old.exported)) say('additive', `${key} is new`)
  }
  return differences
}

function compare(
  key: string,
  old: Declaration,
  now: Declaration,
  isTaken: boolean,
  say: (kind: Difference['kind'], what: string) => void,
): void {
  if (old.members === undefined || now.members === undefined || bare(old.rest) !== bare(now.rest)) {
    const was = bare(old.text)
    const is = bare(now.text)
    if (was !== is) say(changeOf(was, is), `${key}: ${was} became ${is}`)
    return
  }
  for (const [name, was] of old.members) {
    const is = now.members.get(name)
    if (is === undefined) say('breaking', `${key}: ${name} is gone`)
    else if (was !== is) say(changeOf(was, is), `${key}: ${was} became ${is}`)
  }
  for (const [name, is] of now.members) {
    if (old.members.has(name)) continue
    const harmless = !isTaken || isOptional(is)
    say(
      harmless ? 'additive' : 'breaking',
      `${key}: ${is} is new${harmless ? '' : ', and required of those who make one'}`,
    )
  }
}

const bare = (text: string): string => text.replace(/^export /, '')
const isOptional = (member: string): boolean => /^(?:readonly )?(?:[\w$]+|\[[^\]]*\])\?/.test(member)

/** A changed signature is additive when only optional parameters came, or parameters changed their names. */
function changeOf(was: string, is: string): Difference['kind'] {
  const old = signatureOf(was)
  const now = signatureOf(is)
  if (old === undefined || now === undefined || old.head !== now.head || old.result !== now.result) return 'breaking'
  const kept = old.parameters.every((parameter, index) => {
    const next = now.parameters[index]
    return next !== undefined && next.type === parameter.type && (next.optional || !parameter.optional)
  })
  const added = now.parameters.slice(old.parameters.length)
  return kept && added.every(({ optional }) => optional) ? 'additive' : 'breaking'
}

function signatureOf(text: string): Signature | undefined {
  if (!/^(?:function )?[\w$]+[(<]/.test(text)) return undefined
  const start = find(text, '(')
  if (start < 0) return undefined
  const end = skip(text, start)
  const parameters = split(text.slice(start + 1, end - 1), ',').map((parameter) => {
    const colon = find(parameter, ':')
    const isRest = parameter.startsWith('...')
    return {
      optional: isRest || parameter.slice(0, colon).endsWith('?'),
      type: `${isRest ? '...' : ''}${parameter.slice(colon + 1).trim()}`,
    }
  })
  return { head: text.slice(0, start), parameters, result: text.slice(end) }
}

interface Signature {
  readonly head: string
  readonly parameters: readonly { readonly optional: boolean; readonly type: string }[]
  readonly result: string
}
