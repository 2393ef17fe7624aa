import type { ReaderMessage, ReaderOrder } from '../processes/orders.ts'
import { startChild } from './child.ts'

export type Read = Extract<ReaderMessage, { kind: 'read' }>

/** A process that follows one environment after another, and everything that it has told of what it read. */
export interface ReaderProcess {
  readonly reads: readonly Read[]
  /** How often the store was lost to it, and there again. */
  readonly lost: number
  readonly restored: number
  follow(environment: string, run: number): void
  /** Milliseconds that the machine did not let it do anything, since it began. */
  stall(): Promise<number>
}

export function startReader(url: string): ReaderProcess {
  const child = startChild<ReaderOrder, ReaderMessage>('reader')
  const reads: Read[] = []
  const counts = { lost: 0, restored: 0 }
  let asked: ((stall: number) => void)[] = []
  child.onMessage((message) => {
    switch (message.kind) {
      case 'read':
        reads.push(message)
        return
      case 'lost':
      case 'restored':
        counts[message.kind] += 1
        return
      case 'stall':
        for (const answer of asked) answer(message.milliseconds)
        asked = []
        return
      default:
        message satisfies never
    }
  })
  return {
    reads,
    get lost() {
      return counts.lost
    },
    get restored() {
      return counts.restored
    },
    follow: (environment, run) => child.send({ do: 'follow', url, environment, run }),
    stall: () =>
      new Promise((resolve) => {
        asked.push(resolve)
        child.send({ do: 'tell_stall' })
      }),
  }
}
