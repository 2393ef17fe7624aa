import { digestOf } from '../../model/digest.ts'
import type { Layer } from '../../model/layer.ts'
import type { SourceName } from '../../model/source-name.ts'
import type { JsonObject } from '../../primitives/json.ts'
import type { Problem } from '../../schema/problem.ts'

/** A tenant's own part of a store. There may be ten thousand of them: it keeps no digest. */
export class StoredOverlay implements Layer {
  readonly source: SourceName
  readonly tree: JsonObject

  constructor(source: SourceName, tree: JsonObject) {
    this.source = source
    this.tree = tree
  }

  get digest(): string {
    return digestOf(this.tree)
  }

  locate(): undefined {
    return undefined
  }
}

export function unpublishedOverlay(source: SourceName, tenant: string): Problem {
  return { code: 'absent', severity: 'error', message: `nothing is published for ${tenant}`, origin: { source } }
}
