/**
 * One event as CloudEvents 1.0 has it, in the JSON format of that specification. It is frozen, plain data, and holds no
 * secret. `id` is unique together with `source`; `sequence` grows by one from event to event of one process, so that a
 * gap can be seen.
 */
export interface CloudEvent<Type extends string, Data> {
  readonly specversion: '1.0'
  readonly id: string
  /** Who tells it: `/trimtab/<instance>`, unless the option `events.source` says otherwise. */
  readonly source: string
  readonly type: Type
  /** What it is about: a module, a check, a tenant, an override, a sink. */
  readonly subject?: string
  /** When it happened, by the wall clock: `2026-01-31T12:00:00.000Z`. */
  readonly time: string
  readonly datacontenttype: 'application/json'
  /** Twelve digits, which sort as text too. */
  readonly sequence: string
  /** The reload it belongs to: `outcome.id`. Unique within one process. */
  readonly reloadid?: string
  /** The generation in force when it was told; 0 before the first commit. */
  readonly generation: number
  readonly data: Data
}
