import { diffTrees } from '../../model/diff.ts'
import type { Layer } from '../../model/layer.ts'
import { mergeTrees } from '../../model/merge.ts'
import { parsePath, type Segments } from '../../model/path.ts'
import { originOf } from '../../model/provenance.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import type { JsonObject } from '../../primitives/json.ts'
import type { ConfigDefinition } from '../../schema/define-config.ts'
import { materialize } from '../../schema/materialize.ts'
import type { Problem } from '../../schema/problem.ts'
import { isForTenants, notForTenants } from './admit-overlay.ts'

/** An overlay's layer, and its tree with references resolved. */
interface OverlayContent {
  readonly layer: Layer
  readonly tree: JsonObject
}

export type EffectiveConfig =
  | { readonly ok: true; readonly config: object; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/**
 * The shared configuration with an overlay above it: typed, frozen, and sharing with the shared one whatever the overlay
 * does not change; that one itself where it changes nothing.
 */
export function effectiveConfig(
  definition: ConfigDefinition,
  shared: Snapshot<object>,
  { layer, tree }: OverlayContent,
): EffectiveConfig {
  const { tree: merged } = mergeTrees([shared.resolved, tree])
  if (merged === shared.resolved) return { ok: true, config: shared.config, warnings: [] }
  const layers = [...shared.layers, layer]
  const validation = definition.validate(merged, {
    origin: (path) => originOf(layers, path).winner,
    // An old version of a service lives beside a new one's overlays.
    strictAt: () => false,
  })
  if (!validation.ok) return validation
  const previous = { config: shared.config, input: shared.resolved }
  const config = materialize(definition.shape, validation.output, validation.input, previous)
  // Naming an optional object, or a key of a record, around a field can bring more than the field.
  const foreign = diffTrees(shared.config, config)
    .map(({ path }) => parsePath(path))
    .filter((path) => !isForTenants(definition.shape, path))
  if (foreign.length > 0) return { ok: false, problems: foreign.map((path) => notForTenants(layer, path)) }
  return { ok: true, config, warnings: validation.warnings }
}

/** What was written for a tenant, references as they stand. */
export function writtenFor(shared: Snapshot<object>, layer: Layer | undefined): JsonObject {
  return layer === undefined ? shared.written : mergeTrees([shared.written, layer.tree]).tree
}

export function originFor(shared: Snapshot<object>, layer: Layer | undefined) {
  const layers = layer === undefined ? shared.layers : [...shared.layers, layer]
  return (path: Segments) => originOf(layers, path).winner
}
