import type { CloudEvent } from './cloud-event.ts'
import type { EventTable } from './event-kind.ts'
import { type GuardEventData, guardEvents } from './types/guard.ts'
import { type HealthEventData, healthEvents } from './types/health.ts'
import { type ModuleEventData, moduleEvents } from './types/module.ts'
import { type PlaneEventData, planeEvents } from './types/plane.ts'
import { type ProofEventData, proofEvents } from './types/proof.ts'
import { type ReloadEventData, reloadEvents } from './types/reload.ts'
import { type StoreEventData, storeEvents } from './types/store.ts'
import { type SinkEventData, sinkEvents } from './types/sink.ts'
import { type TenantEventData, tenantEvents } from './types/tenant.ts'

/** The data of each type of event. */
export interface EventData
  extends ReloadEventData,
    ModuleEventData,
    ProofEventData,
    PlaneEventData,
    HealthEventData,
    TenantEventData,
    GuardEventData,
    StoreEventData,
    SinkEventData {}

/** What an event is called: `dev.trimtab.reload.completed`. */
export type EventType = keyof EventData

/**
 * Everything a plane tells, told apart by its `type`. A switch over `type` gives the `data` of that type.
 *
 * @example
 * plane.events.on((event) => {
 *   if (event.type === 'dev.trimtab.reload.completed') console.log(event.data.status)
 * })
 */
export type TrimtabEvent = { [Type in EventType]: CloudEvent<Type, EventData[Type]> }[EventType]

/** An event before it is given its envelope. */
export type EventDraft = {
  [Type in EventType]: {
    readonly type: Type
    readonly subject?: string | undefined
    readonly reloadid?: string | undefined
    readonly data: EventData[Type]
  }
}[EventType]

/**
 * Every type of event with its title, when it is told, and the JSON Schema of its `data`. `docs/reference/events.md` is
 * made from it.
 *
 * @example
 * console.log(eventTypes['dev.trimtab.reload.completed'].title) // A reload has ended
 */
export const eventTypes: EventTable<EventData> = {
  ...reloadEvents,
  ...moduleEvents,
  ...proofEvents,
  ...planeEvents,
  ...healthEvents,
  ...tenantEvents,
  ...guardEvents,
  ...storeEvents,
  ...sinkEvents,
}
