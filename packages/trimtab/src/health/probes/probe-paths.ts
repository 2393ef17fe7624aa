import { TrimtabError } from '../../errors/trimtab-error.ts'

/** What a probe asks. */
export const probeNames = ['livez', 'readyz', 'startupz', 'health'] as const
/** What a probe asks: does it live, may it get traffic, has it started, how is it. */
export type ProbeName = (typeof probeNames)[number]

/** Where each probe answers; `false` turns it off. */
export type ProbePaths = { readonly [Name in ProbeName]?: string | false | undefined }

const defaultProbePaths = {
  livez: '/livez',
  readyz: '/readyz',
  startupz: '/startupz',
  health: '/health',
} as const satisfies ProbePaths

/** The probe at each path. Throws `option_invalid` for paths that can't be, or are the same. */
export function probesByPath(paths: ProbePaths = {}): ReadonlyMap<string, ProbeName> {
  const unknown = Object.keys(paths).filter((name) => !probeNames.some((each) => each === name))
  if (unknown.length > 0) throw refuse(unknown.join(', '), `is no probe: there are ${probeNames.join(', ')}`)
  const found = new Map<string, ProbeName>()
  for (const name of probeNames) {
    const path = paths[name] ?? defaultProbePaths[name]
    if (path === false) continue
    if (typeof path !== 'string' || !/^\/[^?#\s]*$/.test(path))
      throw refuse(name, 'has to be a path that begins with /, without a query, or false')
    const other = found.get(path)
    if (other !== undefined) throw refuse(name, `has the path of ${other}`)
    found.set(path, name)
  }
  return found
}

/** The path of a request's target, without the query. */
export function pathOf(target: string): string {
  const end = target.indexOf('?')
  return end === -1 ? target : target.slice(0, end)
}

function refuse(name: string, why: string): TrimtabError {
  return new TrimtabError('option_invalid', `The option paths.${name} of the probes ${why}.`)
}
