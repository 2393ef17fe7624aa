import type { Clock } from '../../primitives/time/clock.ts'
import { runStep } from '../../primitives/time/deadline.ts'
import { abortReason } from '../../primitives/concurrency/abort.ts'
import { err, type Result } from '../../primitives/result.ts'
import { failureKind } from '../failure-kind.ts'
import type { ReferenceTrust } from '../source.ts'
import type { AllowList } from './allow-list.ts'
import type { Reference } from './parse-references.ts'
import type { ReferenceFailure, ReferenceResolver } from './resolver.ts'

/** A name as one place asks for it. */
export interface Question {
  readonly reference: Reference
  readonly trust: ReferenceTrust
}

/** A value, why there is none, or the last good value with the reason why there is no newer one. */
export type Answer =
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'kept'; readonly value: string; readonly failure: ReferenceFailure }
  | { readonly kind: 'none'; readonly failure: ReferenceFailure }

export interface AskOptions {
  readonly resolvers: ReadonlyMap<string, ReferenceResolver>
  readonly allowList: AllowList
  readonly clock: Clock
  readonly timeout: number
  readonly signal?: AbortSignal | undefined
  /** The values of the last good resolution, by `questionKey`. */
  readonly lastGood: ReadonlyMap<string, string>
}

/** Equal for questions that have one answer. Trust is part of it: what one may read is no answer for the other. */
export function questionKey({ reference, trust }: Question): string {
  return JSON.stringify([trust, reference.scheme, reference.name])
}

/**
 * Asks for all names in parallel, each once, under a deadline each. Gives the answers by `questionKey`; rejects only
 * when `signal` aborts.
 */
export async function askNames(
  questions: Iterable<Question>,
  options: AskOptions,
): Promise<ReadonlyMap<string, Answer>> {
  const asked = new Map<string, Promise<readonly [string, Answer]>>()
  for (const question of questions) {
    const key = questionKey(question)
    if (!asked.has(key)) {
      asked.set(
        key,
        ask(question, options).then((result) => [key, answer(result, options.lastGood.get(key))]),
      )
    }
  }
  const answers = new Map(await Promise.all(asked.values()))
  if (options.signal?.aborted) throw abortReason(options.signal)
  return answers
}

async function ask({ reference, trust }: Question, options: AskOptions): Promise<Result<string, ReferenceFailure>> {
  const { resolvers, allowList, clock, timeout, signal } = options
  const end = await runStep({
    clock,
    timeout,
    signal,
    run: async (stepSignal) => {
      const name = trust === 'local' ? ({ ok: true, value: reference.name } as const) : await allowList.check(reference)
      if (!name.ok) return name
      return resolvers.get(reference.scheme)?.resolve(name.value, { signal: stepSignal })
    },
  })
  switch (end.kind) {
    case 'done':
      return wellFormed(end.value)
    case 'failed':
      return failed(`could not be read (${failureKind(end.error)})`)
    case 'timed_out':
      return failed(`gave no answer within ${timeout} ms`)
    case 'aborted':
      return failed('was abandoned')
    default:
      return end satisfies never
  }
}

/** A resolver is somebody else's code: what it gives is looked at before it is believed. */
function wellFormed(result: Result<string, ReferenceFailure> | undefined): Result<string, ReferenceFailure> {
  if (typeof result !== 'object' || result === null) return failed('got an answer that its resolver must not give')
  if (!result.ok)
    return typeof result.error === 'object' && result.error !== null ? result : failed('could not be read')
  return typeof result.value === 'string' ? result : failed('got an answer that its resolver must not give')
}

function answer(result: Result<string, ReferenceFailure>, lastGood: string | undefined): Answer {
  if (result.ok) return { kind: 'value', value: result.value }
  // What must not be read now is not used because it could be read before.
  if (lastGood === undefined || result.error.kind === 'refused') return { kind: 'none', failure: result.error }
  return { kind: 'kept', value: lastGood, failure: result.error }
}

function failed(message: string): Result<string, ReferenceFailure> {
  return err({ kind: 'failed', message })
}
