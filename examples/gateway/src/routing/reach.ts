import { matches, type Pattern } from './pattern.ts'

/** Which requests a route takes. */
export interface Reach {
  readonly pattern: Pattern
  /** All, where there are none named; so with tenants. */
  readonly methods?: readonly string[] | undefined
  readonly tenants?: readonly string[] | undefined
}

interface Probe {
  readonly path: readonly string[]
  readonly method: string
  readonly tenant: string
}

/** Stands for a segment, method or tenant that nobody has named: none of them can be written like this. */
const unnamed = ' '

export function takes({ pattern, methods, tenants }: Reach, { path, method, tenant }: Probe): boolean {
  return (
    (methods === undefined || methods.includes(method)) &&
    (tenants === undefined || tenants.includes(tenant)) &&
    matches(pattern, path)
  )
}

/**
 * The earlier routes that leave nothing to a later one, alone or together; undefined where something is left to it.
 *
 * That is exact and needs few questions. Where the later route takes anything (a parameter, all methods, all tenants), who
 * takes what nobody has named there takes everything there. So it is enough to ask who takes the requests that have
 * something unnamed in all these places: one for each method and tenant that the later route names, and, where it is open
 * at its end, for each length up to one more than that of the longest earlier pattern, beyond which all lengths are alike.
 */
export function hiddenBy<Earlier extends Reach>(
  later: Reach,
  earlier: readonly Earlier[],
): readonly Earlier[] | undefined {
  const hiding = new Set<Earlier>()
  for (const path of hardestPaths(later.pattern, earlier)) {
    for (const method of later.methods ?? [unnamed]) {
      for (const tenant of later.tenants ?? [unnamed]) {
        const taker = earlier.find((each) => takes(each, { path, method, tenant }))
        if (taker === undefined) return undefined
        hiding.add(taker)
      }
    }
  }
  return [...hiding]
}

function* hardestPaths({ segments, isOpen }: Pattern, earlier: readonly Reach[]): Generator<readonly string[]> {
  let path: readonly string[] = segments.map((segment) => segment ?? unnamed)
  yield path
  if (!isOpen) return
  const longest = Math.max(0, ...earlier.map(({ pattern }) => pattern.segments.length))
  while (path.length <= longest) {
    path = [...path, unnamed]
    yield path
  }
}
