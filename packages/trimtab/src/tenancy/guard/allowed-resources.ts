import { TrimtabError } from '../../errors/trimtab-error.ts'
import { typeName } from '../../primitives/json.ts'

/** Whether what belongs to one tenant may be touched by another. */
export type AllowedResources = (resource: string) => boolean

/** A `..` between separators: what is behind it may be anywhere. */
const wayUp = /(^|[/\\:])\.\.([/\\:]|$)/

/**
 * Compiles an allow-list: `reports/shared` is that resource, `reports/*` every one whose name begins with `reports/` and
 * has no `..` in it. Throws `option_invalid` for what allows everything, or has a `*` elsewhere than at its end.
 */
export function compileAllowList(list: readonly unknown[]): AllowedResources {
  if (!Array.isArray(list)) throw invalid(`has to be a list of resources. Found ${typeName(list)}`)
  const exact = new Set<string>()
  const prefixes: string[] = []
  for (const entry of list) {
    if (typeof entry !== 'string' || entry === '') throw invalid(`has to hold texts. Found ${typeName(entry)}`)
    const star = entry.indexOf('*')
    if (star < 0) exact.add(entry)
    else if (star === 0)
      throw invalid(`has ${JSON.stringify(entry)}, which would allow everything: write what it begins with`)
    else if (star === entry.length - 1) prefixes.push(entry.slice(0, -1))
    else throw invalid(`has ${JSON.stringify(entry)}, whose * is not at its end`)
  }
  return (resource) => {
    if (exact.has(resource)) return true
    return prefixes.some((prefix) => resource.startsWith(prefix) && !wayUp.test(resource))
  }
}

function invalid(why: string): TrimtabError {
  return new TrimtabError('option_invalid', `The option guard.allow ${why}.`)
}
