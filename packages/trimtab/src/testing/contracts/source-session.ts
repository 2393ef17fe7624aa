import { isDeepStrictEqual } from 'node:util'
import type { Layer } from '../../model/layer.ts'
import { systemClock } from '../../primitives/time/clock.ts'
import { type Deferred, deferred } from '../../primitives/concurrency/deferred.ts'
import { disposers } from '../../primitives/disposers.ts'
import { cloneJson, type JsonObject } from '../../primitives/json.ts'
import { systemRandom } from '../../primitives/random.ts'
import { printProblem } from '../../schema/problem.ts'
import type { ObjectShape } from '../../schema/shape.ts'
import type { Reading, SourceReader } from '../../sources/source.ts'
import { assertThat, within } from './contract-case.ts'
import type { SourceUnderTest } from './source-harness.ts'

/** A reader that is being followed. */
interface Following {
  readonly wakes: number
  /** Resolves when `check`, made after a wake-up, is true. */
  until(what: string, check: () => Promise<boolean>): Promise<void>
  /** Aborts the watch; resolves when it has ended. */
  stop(): Promise<void>
}

/** One source in one test, with all that is opened of it. */
export interface SourceSession<Made extends SourceUnderTest> {
  readonly made: Made
  open(): SourceReader
  read(reader: SourceReader): Promise<Reading>
  /** As `read`, where nothing but a layer will do. */
  layer(reader: SourceReader): Promise<Layer>
  follow(reader: SourceReader): Following
  /** Ends and closes everything; gives what went wrong with that. */
  end(): Promise<readonly unknown[]>
}

export interface SessionOptions {
  readonly shape: ObjectShape
  readonly timeout: number
}

export function openSession<Made extends SourceUnderTest>(
  made: Made,
  { shape, timeout }: SessionOptions,
): SourceSession<Made> {
  const opened = disposers()
  opened.add(() => made.dispose?.())

  const read = (reader: SourceReader) => {
    return within(timeout, 'a reading', reader.read(new AbortController().signal))
  }
  return {
    made,
    open() {
      const reader = made.source.open({ clock: systemClock, random: systemRandom, shape })
      opened.add(() => within(timeout, 'close()', reader.close()))
      return reader
    },
    read,
    async layer(reader) {
      const reading = await read(reader)
      assertThat(reading.kind === 'layer', `expected a layer, received a reading that is ${describeReading(reading)}`)
      return reading.layer
    },
    follow(reader) {
      const following = follow(reader, timeout)
      opened.add(() => following.stop())
      return following
    },
    end: () => opened.dispose(),
  }
}

/** Whether a layer holds exactly this content, whatever its objects inherit from. */
export function holds(layer: Layer, tree: JsonObject): boolean {
  return isDeepStrictEqual(cloneJson(layer.tree), cloneJson(tree))
}

export function describeReading(reading: Reading): string {
  switch (reading.kind) {
    case 'layer':
      return 'a layer'
    case 'absent':
      return `absent (${printProblem(reading.problem)})`
    case 'unreadable':
      return `unreadable (${reading.problems.map(printProblem).join('; ')})`
    default:
      return reading satisfies never
  }
}

function follow(reader: SourceReader, timeout: number): Following {
  const { watch } = reader
  assertThat(watch !== undefined, 'expected a watch(), because the content of this source can change')
  const controller = new AbortController()
  let wakes = 0
  let handled = 0
  let next: Deferred<void> = deferred()
  const ended = watch.call(
    reader,
    () => {
      wakes += 1
      next.resolve()
    },
    controller.signal,
  )
  // A watch that fails is one that wakes nobody, and says why.
  const failed = ended.then(() => new Promise<never>(() => {}))
  failed.catch(() => {})

  return {
    get wakes() {
      return wakes
    },
    async until(what, check) {
      for (;;) {
        if (handled === wakes)
          await within(timeout, `a wake-up after which ${what}`, Promise.race([next.promise, failed]))
        handled = wakes
        next = deferred()
        if (await check()) return
      }
    },
    async stop() {
      controller.abort()
      await within(timeout, 'the end of a watch whose signal has aborted', ended)
    },
  }
}
