import type { Origin } from '../../model/origin.ts'
import type { SourceName } from '../../model/source-name.ts'
import type { Problem } from '../../schema/problem.ts'
import type { Reading, SourceHost } from '../source.ts'

/**
 * Where tenants' overlays come from: a folder, a store. An inert description, as sources are; a plane opens it. References
 * in overlays are resolved only within the allow-list of `references`, and only in secret fields.
 */
export interface OverlaySource {
  readonly name: SourceName
  /**
   * What a tenant is that is not listed: one with the shared configuration alone, or one that can't be used until it has
   * been activated.
   */
  readonly unlisted: 'shared' | 'not_active'
  open(host: SourceHost): OverlayReader
}

/** One tenant in a listing. */
export interface ListedTenant {
  /** As it stands in the source: whether it can be an id is judged by whoever asked. */
  readonly tenant: string
  readonly state: 'active' | 'suspended'
  /** Whether reading it again may give something else than when it was read last. */
  readonly isChanged: boolean
  /** Where it is listed, for problems with its name. */
  readonly origin: Origin
}

/** Which tenants there are. A listing that can't be read takes none away. */
export type OverlayListing =
  | {
      readonly kind: 'listed'
      readonly tenants: readonly ListedTenant[]
      /** Tenants that are said to be gone, where that is something else than having nothing of their own. */
      readonly removed?: readonly string[] | undefined
      /** What is there and is not read. */
      readonly warnings: readonly Problem[]
    }
  | { readonly kind: 'unreadable'; readonly problems: readonly Problem[] }

/** An opened source of overlays. Several of its readings may go on at once, of different tenants. */
export interface OverlayReader {
  list(signal: AbortSignal): Promise<OverlayListing>
  /**
   * Reads the overlay of one tenant. Absent: it has none, or no more; one that can't be read keeps what was read before.
   * It does not throw for what is wrong with the content or the place, which is a `Reading`.
   */
  read(tenant: string, signal: AbortSignal): Promise<Reading>
  /**
   * Calls `wake` when the overlay of that tenant, or without one the list or any of them, may be another, until `signal`
   * aborts; then it resolves. A wake-up carries no truth. When it rejects, it is started again with a back-off.
   */
  watch?(wake: (tenant?: string) => void, signal: AbortSignal): Promise<void>
  /**
   * For sources that read by themselves: resolves when what is listed and read then is what the home had when this was
   * called, or later. Rejects where that can't be known now.
   */
  refresh?(signal: AbortSignal): Promise<void>
  /** Where each tenant has a home of its own, which has to be reached before it can be listed. */
  readonly homes?: OverlayHomes | undefined
  /** Gives back what it holds. Idempotent. */
  close(): Promise<void>
}

/** Homes of one tenant each. Steps of one tenant come one after another. */
export interface OverlayHomes {
  /**
   * Reaches a tenant's home and follows it: from then on it is listed, and what is listed and read of it is what the home had
   * when this was called, or later. Rejects with `store_unavailable` where that can't be known now, and with the signal's
   * reason; then nothing is left open, and it is as it was.
   */
  attach(tenant: string, signal: AbortSignal): Promise<void>
  /** Goes over to what an attached home is reached by now. Where it can't, it stays as it was, and this rejects. */
  rotate(tenant: string, signal: AbortSignal): Promise<void>
  /** Leaves a home, where it is attached. What was read of it is kept, or forgotten and not listed any more. */
  detach(tenant: string, isKept: boolean): Promise<void>
}
