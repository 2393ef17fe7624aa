import type { Clock } from '../../../primitives/time/clock.ts'
import { runStep } from '../../../primitives/time/deadline.ts'
import { failureKind } from '../../../sources/failure-kind.ts'
import type { OverlayListing, OverlayReader, OverlaySource } from '../../../sources/overlays/overlay-source.ts'

export interface ListOverlaysParts {
  readonly source: OverlaySource
  readonly reader: OverlayReader
  readonly clock: Clock
  /** Milliseconds that a listing may take. */
  readonly readTimeout: number
}

/** Lists the tenants that there are, under a deadline. Rejects when aborted only. */
export async function listOverlays(
  { source, reader, clock, readTimeout: timeout }: ListOverlaysParts,
  signal: AbortSignal,
): Promise<OverlayListing> {
  const end = await runStep({ clock, timeout, signal, run: (step) => reader.list(step) })
  if (end.kind === 'done') return end.value
  if (end.kind === 'aborted') throw end.error
  const message =
    end.kind === 'timed_out'
      ? `did not list its tenants within ${timeout} ms`
      : `threw instead of listing its tenants (${failureKind(end.error)})`
  const code = end.kind === 'timed_out' ? 'step_timed_out' : 'unreadable'
  return { kind: 'unreadable', problems: [{ code, severity: 'error', message, origin: { source: source.name } }] }
}
