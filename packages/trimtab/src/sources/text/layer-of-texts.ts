import { digestOf } from '../../model/digest.ts'
import type { Layer } from '../../model/layer.ts'
import type { Location } from '../../model/origin.ts'
import { isUnder, type Path, printPath, type Segments, valueAt } from '../../model/path.ts'
import { adopt } from '../../model/share.ts'
import type { SourceName } from '../../model/source-name.ts'
import {
  cloneJson,
  emptyRecord,
  isPlainObject,
  type Json,
  type JsonObject,
  ownValue,
  setOwn,
  typeName,
} from '../../primitives/json.ts'
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
  // Built in place and frozen at the end: copying a wide record for each of its keys would cost the square of them.
  const tree = emptyRecord<Json>()
  const places = new Map<Path, TextSetting>()
  for (const setting of settings) {
    const { path, shape, text, location } = setting
    const place = { severity: 'error', path: printPath(path), origin: { source, location } } as const
    const value = toJson(shape.fromText(text), path)
    const obstacle = obstacleTo(tree, path)
    if (!value.ok) {
      problems.push(...value.error.map((flaw) => ({ ...place, ...flaw })))
    } else if (obstacle !== undefined) {
      const found = typeName(valueAt(tree, obstacle))
      problems.push({
        ...place,
        code: 'wrong_type',
        path: printPath(obstacle),
        origin: { source, location: locate(places, obstacle) },
        message: `expected an object, received ${found}: a field in it is set as well`,
        hint: 'Write the object as JSON, or set its fields only.',
      })
    } else {
      if (isPlainObject(valueAt(tree, path))) forgetBelow(places, path)
      put(tree, path, cloneJson(value.value))
      places.set(place.path, setting)
    }
  }
  if (problems.length > 0) return err(problems)
  // What is adopted is what was built, frozen.
  const frozen = adopt(tree) as JsonObject
  const layer = { source, tree: frozen, digest: digestOf(frozen), locate: (path: Segments) => locate(places, path) }
  return ok(Object.freeze(layer))
}

function put(tree: Record<string, Json>, path: Segments, value: Json): void {
  let at = tree
  for (const segment of path.slice(0, -1)) {
    const child = ownValue(at, String(segment))
    const next = isPlainObject(child) ? child : emptyRecord<Json>()
    if (next !== child) setOwn(at, String(segment), next)
    // An object of this very tree, which nobody has frozen yet.
    at = next
  }
  setOwn(at, String(path.at(-1)), value)
}

function forgetBelow(places: Map<Path, TextSetting>, path: Segments): void {
  for (const [key, other] of places) if (isUnder(other.path, path)) places.delete(key)
}

/** The deepest setting at or above the place. */
function locate(places: ReadonlyMap<Path, TextSetting>, path: Segments): Location | undefined {
  for (let length = path.length; length >= 0; length -= 1) {
    const setting = places.get(printPath(path.slice(0, length)))
    if (setting !== undefined) return setting.location
  }
  return undefined
}
