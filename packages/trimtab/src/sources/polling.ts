import { TrimtabError } from '../errors/trimtab-error.ts'
import type { Layer } from '../model/layer.ts'
import { type SourceName, sourceName } from '../model/source-name.ts'
import { abortable } from '../primitives/concurrency/abort.ts'
import { sleep } from '../primitives/time/clock.ts'
import { runStep } from '../primitives/time/deadline.ts'
import { isPlainObject, type JsonObject } from '../primitives/json.ts'
import { singleFlight } from '../primitives/concurrency/single-flight.ts'
import { type Problem, sourceUnreadable } from '../schema/problem.ts'
import { durationQuantity } from '../schema/quantity.ts'
import { failureKind } from './failure-kind.ts'
import { sourceLimits } from './limits.ts'
import { readingOf } from './reading-of.ts'
import { checkSourceOptions, option, type OptionRules } from './source-options.ts'
import type { Reading, ReferenceTrust, Source, SourceHost, SourceReader } from './source.ts'

/** What the home gave: all of its content, and, where it has such a thing, the name of that state. */
export interface PolledAnswer {
  /** The content, as it came: whether it is an object that can be a configuration is found out here. */
  readonly tree: unknown
  /** Handed back at the next call, for conditional requests: an ETag, a version. Whether something has changed is judged by the content. */
  readonly revision?: string | number | undefined
}

/** The last good answer, frozen. */
export interface PolledContent extends PolledAnswer {
  readonly tree: JsonObject
}

/** How a home of configuration is asked, and how often. Times are milliseconds, or text with a unit. */
export interface PollingSourceOptions {
  /** What the source is called, after `polling:`. */
  readonly name: string
  /**
   * Asks the home once. Give `'absent'` where there is nothing there, and throw for everything else that goes wrong: of
   * what is thrown only its kind is shown. `previous` is the last content; give it back where nothing has changed. The
   * signal aborts when the call has taken too long; no call begins before the last one has settled.
   */
  readonly fetch: (options: {
    readonly signal: AbortSignal
    readonly previous: PolledContent | undefined
  }) => Promise<PolledAnswer | 'absent'>
  /** Time between two calls, give or take a fifth so that processes do not ask in step. The default is 30 s. */
  readonly interval?: number | string | undefined
  /** Time that one call may take. The default is 10 s. */
  readonly timeout?: number | string | undefined
  /** Whether there may be nothing there; false, if it is left away. */
  readonly optional?: boolean | undefined
  /** Whether unknown keys are problems; false, if it is left away, so that they are warnings. */
  readonly strict?: boolean | undefined
  /** Whether its values may refer to everything or to what is allowed. The default is `'allow_listed'`. */
  readonly references?: ReferenceTrust | undefined
}

/**
 * Any home of configuration that can be asked: a key-value store, an endpoint, a row in a database.
 *
 * A failure is no change: while it lasts, readings give the last good content with a warning, and before there was any
 * they are unreadable. `'absent'` is not a failure but an answer, and counts at once. Whoever watches is woken when the
 * content has changed, and when a failure is over.
 *
 * @example
 * pollingSource({
 *   name: 'consul',
 *   async fetch({ signal }) {
 *     const answer = await fetch('http://localhost:8500/v1/kv/checkout?raw', { signal })
 *     if (answer.status === 404) return 'absent'
 *     if (!answer.ok) throw new Error(`answered ${answer.status}`)
 *     return { tree: await answer.json() }
 *   },
 * })
 */
export function pollingSource(options: PollingSourceOptions): Source {
  checkSourceOptions('pollingSource', options, rules)
  const { fetch, optional = false, strict = false, references = 'allow_listed' } = options
  if (fetch === undefined) throw invalid('fetch', 'a function')
  if (options.name === undefined || !/^[\w.@/-]{1,128}$/.test(options.name))
    throw invalid('name', '1 to 128 letters, digits, _, -, ., @ and /')
  const name = sourceName('polling', options.name)
  const interval = milliseconds('interval', options.interval ?? sourceLimits.pollingInterval)
  const timeout = milliseconds('timeout', options.timeout ?? sourceLimits.pollingTimeout)
  return Object.freeze<Source>({
    name,
    optional,
    strict,
    references,
    follows: 'poll',
    open: (host) => openPolling({ name, fetch, interval, timeout }, host),
  })
}

const rules: OptionRules<PollingSourceOptions> = {
  name: option.name,
  fetch: option.function,
  interval: option.duration,
  timeout: option.duration,
  optional: option.flag,
  strict: option.flag,
  references: option.trust,
}

interface Polling {
  readonly name: SourceName
  readonly fetch: PollingSourceOptions['fetch']
  readonly interval: number
  readonly timeout: number
}

/** The last good content, and the layer made of it. */
interface Good {
  readonly layer: Layer
  readonly content: PolledContent
}

/** What one call gave. A failure has not replaced anything. */
interface Asked {
  readonly reading: Reading
  readonly failure: readonly Problem[] | undefined
}

function openPolling({ name, fetch, interval, timeout }: Polling, { clock, random }: SourceHost): SourceReader {
  const closing = new AbortController()
  let good: Good | undefined
  let isFailing = false
  let isCalling = false
  // What a poll found and no reading has taken yet: a second call could fail, or give something else again.
  let found: Reading | undefined
  let lastRead: string | undefined

  const call = async (signal: AbortSignal): Promise<Answer> => {
    isCalling = true
    try {
      return readAnswer(await fetch({ signal, previous: good?.content }), name, good)
    } finally {
      isCalling = false
    }
  }
  const fail = (failure: readonly Problem[]): Asked => {
    isFailing = true
    if (good === undefined) return { reading: { kind: 'unreadable', problems: failure }, failure }
    return { reading: { kind: 'layer', layer: good.layer, warnings: failure.map(keptWarning) }, failure }
  }
  const failWith = (message: string) => {
    return fail([{ code: 'unreadable', severity: 'error', message, origin: { source: name } }])
  }
  const ask = singleFlight(async (): Promise<Asked> => {
    // A call that ignores its deadline still goes on, and a second one beside it could go the same way.
    if (isCalling) return failWith('is still busy with an earlier call')
    const end = await runStep({ clock, timeout, signal: closing.signal, run: call })
    switch (end.kind) {
      case 'done':
        break
      case 'failed':
        return failWith(`could not be read (${failureKind(end.error)})`)
      case 'timed_out':
        return failWith(`gave no answer within ${timeout} ms`)
      case 'aborted':
        return failWith('is closed')
      default:
        return end satisfies never
    }
    const answer = end.value
    if (answer.kind === 'flawed') return fail(answer.problems)
    isFailing = false
    good = answer.kind === 'good' ? answer.good : undefined
    const reading: Reading =
      answer.kind === 'good' ? { kind: 'layer', layer: answer.good.layer, warnings: [] } : absentReading(name)
    return { reading, failure: undefined }
  })

  const poll = async (wake: () => void, signal: AbortSignal) => {
    const wasFailing = isFailing
    const { reading, failure } = await abortable(ask(), signal)
    if (failure !== undefined) throw sourceUnreadable(failure)
    const isNews = wasFailing || keyOf(reading) !== lastRead
    found = isNews ? reading : undefined
    if (isNews) wake()
  }

  return {
    async read(signal) {
      const reading = found ?? (await abortable(ask(), signal)).reading
      found = undefined
      lastRead = keyOf(reading)
      return reading
    },
    async watch(wake, signal) {
      try {
        // After a failure whoever started this again has waited already.
        if (isFailing) await poll(wake, signal)
        for (;;) {
          await sleep(clock, interval * (0.8 + 0.4 * random()), signal)
          await poll(wake, signal)
        }
      } catch (error) {
        if (!signal.aborted) throw error
      }
    },
    async close() {
      closing.abort()
      found = undefined
    },
  }
}

type Answer =
  | { readonly kind: 'good'; readonly good: Good }
  | { readonly kind: 'absent' }
  | { readonly kind: 'flawed'; readonly problems: readonly Problem[] }

/** What somebody's code gave, looked at before it is believed. */
function readAnswer(answer: unknown, source: SourceName, previous: Good | undefined): Answer {
  if (answer === 'absent') return { kind: 'absent' }
  if (!isPlainObject(answer) || !Object.hasOwn(answer, 'tree')) {
    const message = "expected { tree } or 'absent' from fetch()"
    return { kind: 'flawed', problems: [{ code: 'not_an_object', severity: 'error', message, origin: { source } }] }
  }
  const revision = readRevision(answer['revision'])
  const withRevision = (layer: Layer): Answer => {
    const content: PolledContent = Object.freeze({ tree: layer.tree, ...(revision !== undefined && { revision }) })
    return { kind: 'good', good: { layer, content } }
  }
  if (previous !== undefined && answer['tree'] === previous.layer.tree) return withRevision(previous.layer)
  const before: Reading | undefined = previous && { kind: 'layer', layer: previous.layer, warnings: [] }
  const reading = readingOf({ source, tree: answer['tree'], previous: before })
  return reading.kind === 'layer' ? withRevision(reading.layer) : { kind: 'flawed', problems: reading.problems }
}

function readRevision(revision: unknown): PolledContent['revision'] {
  return typeof revision === 'string' || typeof revision === 'number' ? revision : undefined
}

function absentReading(source: SourceName): Reading {
  const problem: Problem = { code: 'absent', severity: 'error', message: 'there is nothing there', origin: { source } }
  return { kind: 'absent', problem }
}

function keptWarning(problem: Problem): Problem {
  return { ...problem, severity: 'warning', message: `${problem.message}; the last good content is kept` }
}

/** Equal for readings that say the same about the content. */
function keyOf(reading: Reading): string {
  return reading.kind === 'layer' ? `layer ${reading.layer.digest}` : reading.kind
}

function milliseconds(name: string, written: string | number): number {
  const bounds = { min: 1, max: 24 * 60 * 60 * 1_000 }
  const parsed = durationQuantity.parse(written, bounds)
  if (parsed === undefined) throw invalid(name, durationQuantity.phrase(bounds))
  return parsed
}

function invalid(name: string, expected: string): TrimtabError {
  return new TrimtabError('option_invalid', `The option ${name} of pollingSource() must be ${expected}.`)
}
