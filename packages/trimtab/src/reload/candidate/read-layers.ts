import type { Layer } from '../../model/layer.ts'
import type { SourceName } from '../../model/source-name.ts'
import type { Clock } from '../../primitives/time/clock.ts'
import { runStep } from '../../primitives/time/deadline.ts'
import type { Problem } from '../../schema/problem.ts'
import { failureKind } from '../../sources/failure-kind.ts'
import type { Reading, Source, SourceCursor, SourceReader } from '../../sources/source.ts'

/** An opened source and what is known of its readings. */
export interface OpenSource {
  readonly source: Source
  readonly reader: SourceReader
}

/** What one source is doing, for people. Times are wall time in milliseconds. */
export interface SourceStatus {
  readonly name: SourceName
  readonly follows: Source['follows']
  /** Why changes are asked for in intervals, where the source would be told of them otherwise. */
  readonly followsBecause: string | undefined
  readonly state: 'unread' | 'read' | 'absent' | 'unreadable'
  /** The digest of what is in use from it. */
  readonly revision: string | undefined
  /** How far a source with a history of its own has been read. */
  readonly cursor: SourceCursor | undefined
  readonly readAt: number | undefined
  /** Milliseconds since the last reading that succeeded. */
  readonly age: number | undefined
  /** Since when readings have failed, so that its last content stays in use. */
  readonly staleSince: number | undefined
  readonly lastError: string | undefined
}

type LayersRead =
  | { readonly kind: 'read'; readonly layers: readonly Layer[]; readonly warnings: readonly Problem[] }
  | { readonly kind: 'unreadable'; readonly problems: readonly Problem[] }

export interface LayerReader {
  /** Reads every source, all at once, in the order of precedence. */
  read(signal: AbortSignal): Promise<LayersRead>
  readonly status: readonly SourceStatus[]
}

interface Memory {
  state: SourceStatus['state']
  revision: string | undefined
  readAt: number | undefined
  readAtMonotonic: number | undefined
  staleSince: number | undefined
  lastError: string | undefined
}

/** `timeout` is how long one source may take to be read, in milliseconds. */
export function createLayerReader(opened: readonly OpenSource[], clock: Clock, timeout: number): LayerReader {
  const memories = new Map<OpenSource, Memory>(opened.map((each) => [each, unread()]))

  const since = (moment: number | undefined) => (moment === undefined ? undefined : clock.monotonic() - moment)

  const readOne = async (each: OpenSource, signal: AbortSignal): Promise<Reading> => {
    const end = await runStep({ clock, timeout, signal, run: (step) => each.reader.read(step) })
    switch (end.kind) {
      case 'done':
        return end.value
      case 'failed':
        // A reader of somebody else's that throws instead of answering: its text may quote what it read, so only the
        // kind of the error is shown.
        return unreadable(each.source, 'unreadable', `threw instead of answering (${failureKind(end.error)})`)
      case 'timed_out':
        return unreadable(each.source, 'step_timed_out', `was not read within ${timeout} ms`)
      case 'aborted':
        throw end.error
      default:
        return end satisfies never
    }
  }

  const note = (each: OpenSource, reading: Reading) => {
    const memory = memories.get(each)
    if (memory === undefined) return
    if (reading.kind === 'unreadable' || (reading.kind === 'absent' && !each.source.optional)) {
      memory.state = reading.kind
      memory.staleSince ??= clock.now()
      const problems = reading.kind === 'absent' ? [reading.problem] : reading.problems
      memory.lastError = problems.map((problem) => problem.message).join('; ')
      return
    }
    memory.state = reading.kind === 'layer' ? 'read' : 'absent'
    memory.revision = reading.kind === 'layer' ? reading.layer.digest : undefined
    memory.readAt = clock.now()
    memory.readAtMonotonic = clock.monotonic()
    memory.staleSince = undefined
    memory.lastError = undefined
  }

  return {
    async read(signal) {
      const readings = await Promise.all(opened.map((each) => readOne(each, signal)))
      const layers: Layer[] = []
      const warnings: Problem[] = []
      const problems: Problem[] = []
      opened.forEach((each, index) => {
        const reading = readings[index]
        if (reading === undefined) return
        note(each, reading)
        switch (reading.kind) {
          case 'layer':
            layers.push(reading.layer)
            warnings.push(...reading.warnings)
            return
          case 'absent':
            if (each.source.optional) warnings.push(absenceWarning(reading.problem))
            else problems.push({ ...reading.problem, severity: 'error' })
            return
          case 'unreadable':
            problems.push(...reading.problems)
            return
          default:
            reading satisfies never
        }
      })
      return problems.length > 0 ? { kind: 'unreadable', problems } : { kind: 'read', layers, warnings }
    },
    get status() {
      return opened.map((each) => {
        const { readAtMonotonic, ...memory } = memories.get(each) ?? unread()
        const { status } = each.reader
        return {
          name: each.source.name,
          follows: status?.follows ?? each.source.follows,
          followsBecause: status?.followsBecause,
          state: memory.state,
          revision: memory.revision,
          cursor: status?.cursor,
          // A source that reads by itself knows better how old what it gives is.
          readAt: status === undefined ? memory.readAt : status.readAt,
          age: status === undefined ? since(readAtMonotonic) : status.age,
          staleSince: status?.staleSince ?? memory.staleSince,
          lastError: status?.lastError ?? memory.lastError,
        }
      })
    },
  }
}

function unread(): Memory {
  return {
    state: 'unread',
    revision: undefined,
    readAt: undefined,
    readAtMonotonic: undefined,
    staleSince: undefined,
    lastError: undefined,
  }
}

function unreadable(source: Source, code: 'unreadable' | 'step_timed_out', message: string): Reading {
  return { kind: 'unreadable', problems: [{ code, severity: 'error', message, origin: { source: source.name } }] }
}

/** What to do about it was answered by whoever marked the source optional. */
function absenceWarning(problem: Problem): Problem {
  return { ...problem, severity: 'warning', message: `${problem.message}, and is optional`, hint: undefined }
}
