import { count, fields, text } from '../data-schema.ts'
import type { EventTable } from '../event-kind.ts'

/** A sink loses events. */
interface SinkFailing {
  readonly sink: string
  readonly why: string
}

/** A sink takes events again. */
interface SinkRecovered {
  readonly sink: string
  /** How many it has lost since it failed. */
  readonly lost: number
  /** How many it has lost since the start. */
  readonly lostInAll: number
}

/** Where events go. */
export interface SinkEventData {
  readonly 'dev.trimtab.sink.failing': SinkFailing
  readonly 'dev.trimtab.sink.recovered': SinkRecovered
}

export const sinkEvents: EventTable<SinkEventData> = {
  'dev.trimtab.sink.failing': {
    title: 'A sink loses events',
    when: 'At the first event that it lost: it failed, gave up, took too long, or its queue is full.',
    data: fields<SinkFailing>({ sink: text('The sink'), why: text('What happened, without secrets') }, {}),
  },
  'dev.trimtab.sink.recovered': {
    title: 'A sink takes events again',
    when: 'At the first event it takes when it has lost none for 10 s.',
    data: fields<SinkRecovered>(
      {
        sink: text('The sink'),
        lost: count('How many it has lost since it failed'),
        lostInAll: count('How many it has lost since the start'),
      },
      {},
    ),
  },
}
