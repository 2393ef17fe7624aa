import { childPath, type Path } from '../../model/path.ts'
import { isPlainObject, typeName } from '../../primitives/json.ts'
import type { Explanation } from '../../plane/explain.ts'
import type { Problem } from '../../schema/problem.ts'

/**
 * The explanation with the type in place of every value that the schema refused: what was written where it does not
 * belong may be a secret, which no mark there would hide.
 */
export function hideRefused(explanation: Explanation, problems: readonly Problem[]): Explanation {
  const refused = new Set(problems.map(({ path }) => path))
  const hide = (value: unknown, at: Path): unknown => {
    if (refused.has(at)) return `[${typeName(value)}]`
    if (Array.isArray(value)) return value.map((each, index) => hide(each, childPath(at, index)))
    if (!isPlainObject(value)) return value
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, hide(each, childPath(at, key))]))
  }
  const contributions = explanation.contributions.map((each) => ({
    ...each,
    value: hide(each.value, explanation.path),
  }))
  return { ...explanation, contributions }
}
