import type { Layer } from '../../model/layer.ts'
import { abortReason } from '../../primitives/concurrency/abort.ts'
import type { Clock } from '../../primitives/time/clock.ts'
import { runStep } from '../../primitives/time/deadline.ts'
import type { Json } from '../../primitives/json.ts'
import type { Problem } from '../../schema/problem.ts'
import type { ObjectShape } from '../../schema/shape.ts'
import { failureKind } from '../../sources/failure-kind.ts'
import type { OverlayReader, OverlaySource } from '../../sources/overlays/overlay-source.ts'
import type { References, Resolved } from '../../sources/references.ts'
import type { Reference } from '../../sources/references/parse-references.ts'
import type { Reading } from '../../sources/source.ts'
import type { TenantContent } from './tenant-configs.ts'

export interface ReadOverlayParts {
  readonly source: OverlaySource
  readonly reader: OverlayReader
  readonly references: References
  readonly shape: ObjectShape
  readonly clock: Clock
  /** Milliseconds that one reading may take. */
  readonly timeout: number
}

export type OverlayRead =
  | {
      readonly kind: 'read'
      readonly content: TenantContent | undefined
      readonly warnings: readonly Problem[]
      readonly names: readonly Reference[]
    }
  | {
      readonly kind: 'unreadable' | 'refused'
      readonly problems: readonly Problem[]
      /** What it refers to: when that comes, it may be read. */
      readonly names: readonly Reference[]
    }

/** Reads one tenant's overlay and resolves its references, within the allow-list alone. Rejects when aborted only. */
export async function readOverlay(
  { source, reader, references, shape, clock, timeout }: ReadOverlayParts,
  tenant: string,
  previous: Resolved | undefined,
  signal: AbortSignal,
): Promise<OverlayRead> {
  const end = await runStep<Reading>({ clock, timeout, signal, run: (step) => reader.read(tenant, step) })
  const unreadable = (code: Problem['code'], message: string): OverlayRead => {
    const problem = { code, severity: 'error', message, origin: { source: source.name } } as const
    return { kind: 'unreadable', problems: [problem], names: [] }
  }
  switch (end.kind) {
    case 'done':
      break
    case 'failed':
      // Its text may quote what was read.
      return unreadable('unreadable', `threw for the tenant ${tenant} instead of answering (${failureKind(end.error)})`)
    case 'timed_out':
      return unreadable('step_timed_out', `did not read the tenant ${tenant} within ${timeout} ms`)
    case 'aborted':
      throw abortReason(signal)
    default:
      return end satisfies never
  }
  const reading = end.value
  switch (reading.kind) {
    case 'layer':
      break
    case 'absent':
      return { kind: 'read', content: undefined, warnings: [], names: [] }
    case 'unreadable':
      return { kind: 'unreadable', problems: reading.problems, names: [] }
    default:
      return reading satisfies never
  }
  return resolveOverlay({ references, shape }, reading, previous, signal)
}

/** Resolves the references of an overlay that has been read, within the allow-list alone. */
export async function resolveOverlay(
  { references, shape }: Pick<ReadOverlayParts, 'references' | 'shape'>,
  { layer, warnings }: Pick<Extract<Reading, { kind: 'layer' }>, 'layer' | 'warnings'>,
  previous: Resolved | undefined,
  signal: AbortSignal,
): Promise<OverlayRead> {
  // What resolving remembers of a tree, for the next time, would weigh more than most overlays.
  if (!mayRefer(layer.tree)) return { kind: 'read', content: { layer, resolved: undefined }, warnings, names: [] }
  const resolution = await references.resolve(layer.tree, {
    shape,
    trustAt: () => 'allow_listed',
    origin: (path) => ({ source: layer.source, location: layer.locate(path) }),
    signal,
    previous,
  })
  if (resolution.ok) {
    const { value } = resolution
    return {
      kind: 'read',
      content: contentOf(layer, value),
      warnings: [...warnings, ...value.warnings],
      names: value.names,
    }
  }
  const isRefused = resolution.error.some(({ code }) => code === 'reference_refused')
  return { kind: isRefused ? 'refused' : 'unreadable', problems: resolution.error, names: resolution.names }
}

function mayRefer(value: Json): boolean {
  if (typeof value === 'string') return value.includes('${')
  return typeof value === 'object' && value !== null && Object.values(value).some(mayRefer)
}

function contentOf(layer: Layer, resolved: Resolved): TenantContent {
  // Also where the only references are escaped ones, the tree is another.
  return { layer, resolved: resolved.tree === layer.tree ? undefined : resolved }
}
