import type { Layer } from '../../model/layer.ts'
import { printPath, type Segments } from '../../model/path.ts'
import { isJsonObject, type Json } from '../../primitives/json.ts'
import type { Problem } from '../../schema/problem.ts'
import { marksAt, type ObjectShape, type Shape, shapesAt } from '../../schema/shape.ts'

/** Entries that one overlay may have; an array is one. */
const overlayEntries = 10_000

/**
 * What an overlay sets that is not for tenants to set: fields without `perTenant`, whatever they are set to. Names that the
 * schema does not have are left to validation, which warns of them and drops them.
 */
export function admitOverlay(shape: ObjectShape, layer: Layer): readonly Problem[] {
  const problems: Problem[] = []
  let entries = 0

  const walk = (value: Json, path: Segments) => {
    if (isJsonObject(value) && (path.length === 0 || isOpenAt(shape, path))) {
      for (const [key, child] of Object.entries(value)) walk(child, [...path, key])
      return
    }
    entries += countEntries(value)
    if (isKnown(shape, path) && !marksAt(shape, path).perTenant) problems.push(notForTenants(layer, path))
  }
  walk(layer.tree, [])
  return entries > overlayEntries ? [tooMany(layer, entries)] : problems
}

/** A place that a tenant's configuration has otherwise than the shared one, and that is not for tenants. */
export function notForTenants(layer: Layer, path: Segments): Problem {
  return {
    code: 'not_allowed',
    severity: 'error',
    message: 'a tenant may not have a value of its own here',
    path: printPath(path),
    origin: { source: layer.source, location: layer.locate(path) },
    hint: 'Set it for all in a source of the plane, or mark the field with perTenant() in the schema.',
  }
}

/** Whether tenants may differ there: by the marks, and where a transform stands around it, by what was written alone. */
export function isForTenants(shape: ObjectShape, path: Segments): boolean {
  if (marksAt(shape, path).perTenant) return true
  for (let length = 0; length <= path.length; length += 1) {
    if (shapesAt(shape, path.slice(0, length)).some((each) => each.transformed === true)) return true
  }
  return false
}

/** True where an object only leads to fields, some of which may be for tenants. */
function isOpenAt(shape: ObjectShape, path: Segments): boolean {
  if (marksAt(shape, path).perTenant) return false
  const shapes = shapesAt(shape, path)
  return shapes.some((each: Shape) => each.kind === 'object' || each.kind === 'record')
}

function isKnown(shape: ObjectShape, path: Segments): boolean {
  if (shapesAt(shape, path).length > 0) return true
  // Below a leaf or a list the schema knows no names, and the marks are those of the leaf.
  const parents = shapesAt(shape, path.slice(0, -1))
  return path.length > 1 && parents.some(({ kind }) => kind === 'leaf' || kind === 'array')
}

function countEntries(value: Json): number {
  if (!isJsonObject(value)) return 1
  return Object.values(value).reduce<number>((sum, child) => sum + countEntries(child), 0)
}

function tooMany(layer: Layer, entries: number): Problem {
  return {
    code: 'too_large',
    severity: 'error',
    message: `an overlay has at most ${overlayEntries} entries, and this one has ${entries}`,
    origin: { source: layer.source, location: layer.locate([]) },
    hint: 'Keep large content outside of the configuration.',
  }
}
