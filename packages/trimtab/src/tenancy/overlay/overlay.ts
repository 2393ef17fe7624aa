import type { Layer } from '../../model/layer.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import type { JsonObject } from '../../primitives/json.ts'
import type { Resolved } from '../../sources/references.ts'

/** What a tenant has of its own, as it is in force. Most tenants are this and nothing else until somebody reads them. */
export class Overlay {
  readonly layer: Layer
  /** With references resolved; undefined where there are none. */
  readonly resolved: Resolved | undefined
  /** The newest shared snapshot above which it is known to be valid: there the tenant's last good one is found. */
  base: Snapshot<object>

  constructor(layer: Layer, resolved: Resolved | undefined, base: Snapshot<object>) {
    this.layer = layer
    this.resolved = resolved
    this.base = base
  }

  get tree(): JsonObject {
    return this.resolved?.tree ?? this.layer.tree
  }
}
