import type { Shape } from '../../schema/shape.ts'

/** What separates the levels of a path in the name of a variable. */
export const levelSeparator = '__'

/** A field's name as variables are written: `requestsPerSecond` → `REQUESTS_PER_SECOND`. */
function constantCase(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toUpperCase()
}

/** A schema may contain itself, and may be larger than any message needs. */
const most = { levels: 8, names: 4_000 }

/** The names of the variables, after the prefix, that set the fields of a schema; without those inside records. */
export function variableNames(shape: Shape): readonly string[] {
  const names: string[] = []
  const collect = (current: Shape, above: readonly string[]) => {
    if (above.length > 0 && names.length < most.names) names.push(above.join(levelSeparator))
    if (above.length >= most.levels || names.length >= most.names) return
    if (current.kind === 'union') for (const option of current.options) collectFields(option, above)
    else collectFields(current, above)
  }
  const collectFields = (current: Shape, above: readonly string[]) => {
    if (current.kind !== 'object') return
    for (const [name, field] of current.fields) collect(field, [...above, constantCase(name)])
  }
  collect(shape, [])
  return names
}
