import type { Clock } from '../primitives/time/clock.ts'
import { createEmitter, type Emitter } from '../primitives/emitter.ts'
import type { Logger } from '../primitives/logger.ts'
import type { Random } from '../primitives/random.ts'
import type { CloudEvent } from './cloud-event.ts'
import type { EventData, EventDraft, EventType, TrimtabEvent } from './event-types.ts'
import type { EventSink, SinkStatus } from './sink.ts'
import { type SinkChange, SinkQueue } from './sink-queue.ts'

/** What a plane tells: to listen to, and where else it goes. */
export interface PlaneEvents extends Emitter<TrimtabEvent> {
  /** The sinks given to `createPlane`, and how each is doing. */
  readonly sinks: readonly SinkStatus[]
}

export interface EventBus extends PlaneEvents {
  /** Gives it an envelope and tells everybody: listeners at once, sinks in their own time. Never throws. */
  publish(draft: EventDraft): void
  /** Whether anybody would hear of an event. */
  readonly isHeard: boolean
  /** Delivers what waits within `budget` milliseconds, or until `over` aborts, and closes the sinks. Idempotent. */
  close(budget: number, over?: AbortSignal): Promise<void>
}

export interface EventBusParts {
  readonly sinks: readonly EventSink[]
  /** Who tells: the `source` of every event. */
  readonly source: string
  /** Names this run of the process, so that ids never repeat. */
  readonly run: string
  /** Events that may wait for one sink. */
  readonly queue: number
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** The generation in force. */
  readonly generation: () => number
  /** Takes secrets out of what sinks and listeners threw. */
  readonly scrub: (text: string) => string
  readonly onListenerError: (error: unknown) => void
}

/** Opens the sinks. Everything published reaches each of them in the order of publishing, or is counted as lost. */
export function createEventBus(parts: EventBusParts): EventBus {
  const { clock, random, logger, queue, scrub } = parts
  const listeners = createEmitter<TrimtabEvent>(parts.onListenerError)
  let count = 0
  let closing: Promise<void> | undefined

  const queues = parts.sinks.map(({ name, open }, index) => {
    const writer = open.call(parts.sinks[index], { clock, random })
    const onState = (change: SinkChange, about: TrimtabEvent) => tell(name, change, about)
    return new SinkQueue({ name, writer, clock, limit: queue, scrub, onState })
  })
  const tell = (sink: string, change: SinkChange, about: TrimtabEvent) => {
    if (change.kind === 'failing') logger.warn(`The sink ${sink} loses events: ${change.why}`)
    else logger.warn(`The sink ${sink} takes events again; it has lost ${change.lost}`)
    // An event about a sink makes no other one, or two that fail in turn would keep each other busy for ever.
    if (!isAboutSink(about) && closing === undefined) publish(draftOf(sink, change))
  }
  // What a listener or a full queue brings about is told after what it came from, to everybody.
  const outbox: TrimtabEvent[] = []
  let isTelling = false
  const publish = (draft: EventDraft) => {
    count += 1
    outbox.push(envelope(draft, { ...parts, count }))
    if (isTelling) return
    isTelling = true
    for (let event = outbox.shift(); event !== undefined; event = outbox.shift()) {
      for (const each of queues) each.offer(event)
      listeners.emit(event)
    }
    isTelling = false
  }

  return {
    on: (listener) => listeners.on(listener),
    get sinks() {
      return queues.map(({ status }) => status)
    },
    publish,
    get isHeard() {
      return queues.length > 0 || listeners.size > 0
    },
    close(budget, over) {
      closing ??= Promise.resolve()
        .then(() => Promise.all(queues.map((each) => each.close(budget, over))))
        .then(() => undefined)
      return closing
    },
  }
}

function envelope(
  { type, subject, reloadid, data }: EventDraft,
  { source, run, count, clock, generation }: EventBusParts & { readonly count: number },
): TrimtabEvent {
  const event: CloudEvent<EventType, EventData[EventType]> = {
    specversion: '1.0',
    id: `${run}-${count}`,
    source,
    type,
    ...(subject === undefined ? {} : { subject }),
    time: new Date(clock.now()).toISOString(),
    datacontenttype: 'application/json',
    sequence: String(count).padStart(12, '0'),
    ...(reloadid === undefined ? {} : { reloadid }),
    generation: generation(),
    data,
  }
  // The type and the data are those of one draft, which pairs them.
  return Object.freeze(event) as TrimtabEvent
}

function draftOf(sink: string, change: SinkChange): EventDraft {
  switch (change.kind) {
    case 'failing':
      return { type: 'dev.trimtab.sink.failing', subject: sink, data: Object.freeze({ sink, why: change.why }) }
    case 'recovered': {
      const { lost, lostInAll } = change
      return { type: 'dev.trimtab.sink.recovered', subject: sink, data: Object.freeze({ sink, lost, lostInAll }) }
    }
    default:
      return change satisfies never
  }
}

function isAboutSink({ type }: TrimtabEvent): boolean {
  return type === 'dev.trimtab.sink.failing' || type === 'dev.trimtab.sink.recovered'
}
