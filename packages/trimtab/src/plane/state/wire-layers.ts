import type { Layer } from '../../model/layer.ts'
import type { SourceName } from '../../model/source-name.ts'
import type { Json, JsonObject } from '../../primitives/json.ts'
import { toJsonTree } from '../../sources/json-tree.ts'
import { sourceLimits } from '../../sources/limits.ts'
import { fieldsOf } from './document.ts'
import { type StorableOptions, storableTree } from './storable-tree.ts'

/** A source whose layer is not on disk, and has to be read where the others are taken from there. */
export interface NotKept {
  readonly source: SourceName
  /** A phrase that follows the source's name. Never a value. */
  readonly why: string
}

/** Layers as they can be written down. */
export interface WireLayers {
  readonly kept: readonly Json[]
  readonly notKept: readonly NotKept[]
}

export function toWire(layers: readonly Layer[], options: StorableOptions): WireLayers {
  const kept: JsonObject[] = []
  const notKept: NotKept[] = []
  for (const { source, digest, tree } of layers) {
    const refuse = (why: string) => void notKept.push({ source, why })
    // An override ends with its process; from disk it would come back and never end.
    if (source.startsWith('override:')) {
      refuse('ends with the process')
      continue
    }
    const storable = storableTree(tree, options)
    if (storable.kind === 'secret') {
      refuse(
        storable.isCopy
          ? `holds what is a secret elsewhere (${storable.path || 'at the root'}); take it out of there, or mark the field secret()`
          : `holds a secret that is written out (${storable.path}); write a reference there, as \${env:NAME} is one`,
      )
    } else if (JSON.stringify(storable.tree).length > sourceLimits.fileBytes) {
      refuse(`is larger than ${sourceLimits.fileBytes / 1024 / 1024} MiB`)
    } else {
      kept.push({ source, digest, tree: storable.tree })
    }
  }
  return { kept, notKept }
}

/** The layers that were written down. One that is none any more, by whatever accident, is left out and named. */
export function fromWire(
  kept: unknown,
  notKept: unknown,
): { readonly layers: readonly Layer[] } & Pick<WireLayers, 'notKept'> {
  const layers: Layer[] = []
  const missing: NotKept[] = []
  for (const each of Array.isArray(kept) ? kept : []) {
    const { source: name, digest, tree } = fieldsOf(each)
    if (typeof name !== 'string' || typeof digest !== 'string') continue
    // Only the names of layers are written.
    const source = name as SourceName
    const frozen = toJsonTree(tree)
    if (frozen.ok) layers.push(restored(source, digest, frozen.value))
    else missing.push({ source, why: 'is not configuration any more' })
  }
  for (const each of Array.isArray(notKept) ? notKept : []) {
    const { source, why } = fieldsOf(each)
    // As above.
    if (typeof source === 'string' && typeof why === 'string') missing.push({ source: source as SourceName, why })
  }
  return { layers, notKept: missing }
}

/** Frozen as a source's own is; the places are not known any more. */
function restored(source: SourceName, digest: string, tree: JsonObject): Layer {
  return Object.freeze({ source, digest, tree, locate: () => undefined })
}
