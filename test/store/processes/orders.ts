import type { PublishResult } from '../../../packages/trimtab/src/store/config-store.ts'
import type { Cursor } from '../../../packages/trimtab/src/store/cursor.ts'
import type { EnvironmentDocument } from '../../../packages/trimtab/src/store/document.ts'
import type { Edit, StoredTenantState } from '../../../packages/trimtab/src/store/edit.ts'
import type { FeedEvent } from '../../../packages/trimtab/src/store/feed/feed-event.ts'
import { compareText, type JsonObject } from '../../../packages/trimtab/src/primitives/json.ts'

/** What an environment holds, as a message between processes can carry it. */
export interface Content {
  readonly tree: JsonObject
  readonly overlays: readonly (readonly [string, JsonObject])[]
  readonly states: readonly (readonly [string, StoredTenantState])[]
}

export function contentOf({ tree, overlays, states }: EnvironmentDocument): Content {
  return { tree, overlays: sorted(overlays), states: sorted(states) }
}

function sorted<T>(map: ReadonlyMap<string, T>): readonly (readonly [string, T])[] {
  return [...map].sort(([a], [b]) => compareText(a, b))
}

/** What a reading process is told to do. It follows one environment at a time. */
export type ReaderOrder =
  | { readonly do: 'follow'; readonly url: string; readonly environment: string; readonly run: number }
  | { readonly do: 'tell_stall' }

export type ReaderMessage =
  | {
      readonly kind: 'read'
      readonly run: number
      readonly because: 'advanced' | Extract<FeedEvent, { kind: 'adopted' }>['because']
      readonly cursor: Cursor
      readonly content: Content
      /** Wall time, milliseconds. */
      readonly at: number
    }
  | { readonly kind: 'lost' | 'restored' }
  /** Milliseconds that the machine did not let the process do anything, since it began. */
  | { readonly kind: 'stall'; readonly milliseconds: number }

/** What a publishing process is told to do: to publish on top of what is newest, as often as it takes, or of what is expected. */
export interface PublishOrder {
  readonly id: number
  readonly url: string
  readonly environment: string
  readonly edits: readonly Edit[]
  readonly expected?: Cursor
  /** Milliseconds after which it gives up. */
  readonly patience: number
}

export interface PublishAnswer {
  readonly id: number
  readonly outcome: PublishResult['kind'] | 'failed'
  /** Of what was published, or of what is there instead. */
  readonly cursor: Cursor | undefined
  readonly conflicts: number
}
