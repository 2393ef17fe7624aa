import { digestOf } from '../../model/digest.ts'
import type { Layer } from '../../model/layer.ts'
import type { Location } from '../../model/origin.ts'
import type { Segments } from '../../model/path.ts'
import type { SourceName } from '../../model/source-name.ts'
import { isJsonObject, type Json, type JsonObject } from '../../primitives/json.ts'
import { locateIn, type Place } from '../formats/place.ts'

/** Where the files of one folder are, shared by their layers. */
export interface OverlayHome {
  readonly source: SourceName
  /** How a file of it is shown to people. */
  readonly show: (tenant: string, extension: string) => string
}

/**
 * The layer of one tenant's file. There may be ten thousand of them, most of which nobody reads for days: it keeps no
 * digest, and its places as one short text.
 */
export class OverlayLayer implements Layer {
  readonly #home: OverlayHome
  readonly #tenant: string
  readonly #extension: string
  readonly tree: JsonObject
  /** `line:column` of every place in the order of a walk. An array of numbers would take three times as much. */
  readonly #places: string

  constructor(home: OverlayHome, tenant: string, extension: string, content: { tree: JsonObject; place: Place }) {
    this.#home = home
    this.#tenant = tenant
    this.#extension = extension
    this.tree = content.tree
    this.#places = placesOf(content.tree, content.place)
  }

  get source(): SourceName {
    return this.#home.source
  }

  get digest(): string {
    return digestOf(this.tree)
  }

  locate(path: Segments): Location {
    const file = this.#home.show(this.#tenant, this.#extension)
    const index = indexOf(this.tree, path)
    const [line, column] = index === undefined ? [] : (this.#places.split(',')[index]?.split(':') ?? [])
    if (line === undefined || line === '') return { kind: 'file', file }
    return { kind: 'file', file, line: Number(line), column: Number(column) }
  }
}

function placesOf(tree: JsonObject, place: Place): string {
  const places: string[] = []
  for (const path of pathsIn(tree, [])) {
    const location = locateIn(place, path)
    places.push(location.kind === 'file' ? `${location.line ?? ''}:${location.column ?? ''}` : '')
  }
  // Joined pieces would be kept as such until somebody reads the text.
  return Buffer.from(places.join(','), 'latin1').toString('latin1')
}

/** Every place but the root, each before what is inside it. An array is one place. */
function* pathsIn(value: Json, at: Segments): Generator<Segments> {
  if (!isJsonObject(value)) return
  for (const [key, child] of Object.entries(value)) {
    const path = [...at, key]
    yield path
    yield* pathsIn(child, path)
  }
}

/** The index of a place in that walk, or of its nearest ancestor there; undefined for the root. */
function indexOf(tree: JsonObject, wanted: Segments): number | undefined {
  let nearest: number | undefined
  let depth = 0
  let index = 0
  for (const path of pathsIn(tree, [])) {
    if (path.length > depth && path.every((segment, level) => segment === wanted[level])) {
      nearest = index
      depth = path.length
    }
    index += 1
  }
  return nearest
}
