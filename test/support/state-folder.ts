import { z } from 'zod'
import { digestOf } from '../../packages/trimtab/src/model/digest.ts'
import type { Layer } from '../../packages/trimtab/src/model/layer.ts'
import { mergeTrees } from '../../packages/trimtab/src/model/merge.ts'
import { adopt } from '../../packages/trimtab/src/model/share.ts'
import type { Snapshot } from '../../packages/trimtab/src/model/snapshot.ts'
import { sourceName } from '../../packages/trimtab/src/model/source-name.ts'
import type { StateDirOptions } from '../../packages/trimtab/src/plane/state/state-dir.ts'
import { type Clock, systemClock } from '../../packages/trimtab/src/primitives/time/clock.ts'
import { cloneJson, type JsonObject } from '../../packages/trimtab/src/primitives/json.ts'
import type { Logger } from '../../packages/trimtab/src/primitives/logger.ts'
import { defineConfig } from '../../packages/trimtab/src/schema/define-config.ts'
import { secret } from '../../packages/trimtab/src/schema/marks.ts'
import { hasReference } from '../../packages/trimtab/src/sources/references/parse-references.ts'
import { hearingLogger } from './hearing-logger.ts'

/** The configuration of the tests about the state folder. */
export const config = defineConfig(
  z.object({
    pool: z.object({ max: z.number().default(10), url: secret(z.string().optional()) }),
    text: z.string().optional(),
    routes: z.record(z.string(), z.object({ upstream: z.string() })).optional(),
  }),
)

const schemes = new Set(['env', 'file'])
export const isReference = (text: string): boolean => hasReference(text, schemes)

/** The one secret that is known to the tests about the state folder. */
export const clean = (text: string): string => text.replaceAll('swordfish', '[redacted]')

export function stateOptions(
  path: string,
  { clock = systemClock, logger = hearingLogger() }: { clock?: Clock; logger?: Logger } = {},
) {
  return { path, instance: 'web-1', shape: config.shape, isReference, clean, clock, logger } satisfies StateDirOptions
}

export function layerOf(kind: string, name: string, tree: JsonObject): Layer {
  const frozen = adopt(cloneJson(tree)) as JsonObject
  const location = { kind: 'file', file: name, line: 1, column: 1 } as const
  return Object.freeze({
    source: sourceName(kind, name),
    tree: frozen,
    digest: digestOf(frozen),
    locate: () => location,
  })
}

/** A snapshot of these layers, or of one file with that text. */
export function snapshotOf(content: string | readonly Layer[]): Snapshot<object> {
  const layers = typeof content === 'string' ? [layerOf('file', 'config.yaml', { text: content })] : content
  const { tree } = mergeTrees(layers.map((layer) => layer.tree))
  return { generation: 1, config: tree, written: tree, resolved: tree, digest: digestOf(tree), layers, committedAt: 0 }
}
