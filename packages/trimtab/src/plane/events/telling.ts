import { randomUUID } from 'node:crypto'
import { createEventBus, type PlaneEvents } from '../../events/bus.ts'
import type { EventDraft } from '../../events/event-types.ts'
import { sinkDefaults } from '../../events/sink.ts'
import { cleanData } from '../../model/secrecy/clean-data.ts'
import type { Clock } from '../../primitives/time/clock.ts'
import type { Disposers } from '../../primitives/disposers.ts'
import { createEmitter, type Emitter } from '../../primitives/emitter.ts'
import type { Logger } from '../../primitives/logger.ts'
import type { Random } from '../../primitives/random.ts'
import type { Engine } from '../../reload/engine.ts'
import type { PlaneEvent } from './plane-event.ts'
import type { EventOptions } from './event-options.ts'
import { createEventMapper } from './event-mapper.ts'

export interface TellingParts {
  readonly options: EventOptions | undefined
  readonly instance: string
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** Runs work for no tenant: whoever listens serves all of them. */
  readonly outside: <T>(work: () => T) => T
}

/** Whatever the parts of a plane tell goes through here. */
export interface Telling {
  /** What the world hears. */
  readonly events: PlaneEvents
  /** The same as it was told, for the plane itself. */
  readonly told: Emitter<PlaneEvent>
  tell(event: PlaneEvent): void
  /** Tells the world what is told from now on, with this engine's generation and without its secrets. Called once. */
  follow(engine: Engine): void
}

/** Opens the sinks before anything else, so that they hear of the boot, and closes them last. */
export function openTelling(parts: TellingParts, open: Disposers): Telling {
  const { options = {}, instance, clock, random, logger, outside } = parts
  let engine: Engine | undefined
  const scrub = (text: string) => engine?.scrub(text) ?? text
  const onListenerError = (error: unknown) => engine?.noteListenerFailure(error)
  const events = createEventBus({
    sinks: options.sinks ?? [],
    source: options.source ?? `/trimtab/${instance}`,
    run: randomUUID(),
    queue: options.queue ?? sinkDefaults.queue,
    clock,
    random,
    logger,
    generation: () => engine?.committed?.snapshot.generation ?? 0,
    scrub,
    onListenerError,
  })
  open.add(() => events.close(sinkDefaults.flush, engine?.closingTime.over))

  const told = createEmitter<PlaneEvent>(onListenerError)
  const describe = createEventMapper(scrub)
  const tell = (event: PlaneEvent) => outside(() => told.emit(event))
  return {
    events,
    told,
    tell,
    follow(next) {
      engine = next
      // After whoever listened to `told` before: what the log says stands before what a listener makes of the event.
      told.on((event) => {
        if (events.isHeard) for (const draft of describe(event)) events.publish(frozen(draft))
      })
      next.events.on(tell)
    },
  }
}

/** A copy of the data that nobody can change, without what has no value. */
function frozen(draft: EventDraft): EventDraft {
  // The copy has the fields of the original, and bounds that are far beyond what the mapper makes.
  return { ...draft, data: cleanData(draft.data, (text) => text) } as unknown as EventDraft
}
