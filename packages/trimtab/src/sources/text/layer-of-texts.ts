import { digestOf } from '../../model/digest.ts'
import { setAt } from '../../model/edit.ts'
import type { Layer } from '../../model/layer.ts'
import type { Location } from '../../model/origin.ts'
import { isUnder, printPath, type Segments, valueAt } from '../../model/path.ts'
import type { SourceName } from '../../model/source-name.ts'
import { emptyRecord, type Json, type JsonObject, typeName } from '../../primitives/json.ts'
import { err, ok, type Result } from '../../primitives/result.ts'
import type { Problem } from '../../schema/problem.ts'
import type { Shape } from '../../schema/shape.ts'
import { toJson } from '../json-tree.ts'
import { obstacleTo } from './settable-path.ts'

/** One place and the text that somebody gave for it. */
export interface TextSetting {
  readonly path: Segments
  readonly shape: Shape
  readonly text: string
  readonly location: Location
}

/**
 * Puts texts together to one layer, each converted to the type of its field, in the order given: a later one replaces
 * what earlier ones set at and below its place, and goes into an object that an earlier one set above it.
 */
export function layerOfTexts(source: SourceName, settings: readonly TextSetting[]): Result<Layer, readonly Problem[]> {
  const problems: Problem[] = []
  let tree: JsonObject = Object.freeze(emptyRecord<Json>())
  let places: readonly TextSetting[] = []
  for (const setting of settings) {
    const { path, shape, text, location } = setting
    const place = { severity: 'error', path: printPath(path), origin: { source, location } } as const
    const value = toJson(shape.fromText(text), path)
    const obstacle = obstacleTo(tree, path)
    if (!value.ok) {
      problems.push(...value.error.map((flaw) => ({ ...place, ...flaw })))
    } else if (obstacle !== undefined) {
      const found = typeName(valueAt(tree, obstacle))
      const by = locate(places, obstacle)
      problems.push({
        ...place,
        code: 'wrong_type',
        path: printPath(obstacle),
        origin: { source, location: by },
        message: `expected an object, received ${found}: a field in it is set as well`,
        hint: 'Write the object as JSON, or set its fields only.',
      })
    } else {
      tree = setAt(tree, path, value.value)
      places = [...places.filter((other) => !isUnder(other.path, path)), setting]
    }
  }
  if (problems.length > 0) return err(problems)
  return ok(Object.freeze({ source, tree, digest: digestOf(tree), locate: (path: Segments) => locate(places, path) }))
}

/** The deepest setting at or above the place. */
function locate(places: readonly TextSetting[], path: Segments): Location | undefined {
  let nearest: TextSetting | undefined
  for (const place of places) {
    if (isUnder(path, place.path) && place.path.length >= (nearest?.path.length ?? 0)) nearest = place
  }
  return nearest?.location
}
