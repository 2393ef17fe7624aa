import { Worker } from 'node:worker_threads'
import { describeThrown, TrimtabError } from '../../errors/trimtab-error.ts'
import { abortReason, childController, createController } from '../../primitives/concurrency/abort.ts'
import type { Clock, Timer } from '../../primitives/time/clock.ts'
import { runStep } from '../../primitives/time/deadline.ts'
import { deferred } from '../../primitives/concurrency/deferred.ts'
import { serialQueue } from '../../primitives/concurrency/serial-queue.ts'
import { storeLimits } from '../limits.ts'
import type { AnswerTo, SchemaQuestion } from './question.ts'
import type { SchemaThreadMessage } from './schema-worker.ts'

type Answered<Question extends SchemaQuestion> =
  | { readonly kind: 'answered'; readonly answer: AnswerTo<Question> }
  | { readonly kind: 'unanswered'; readonly why: string }

/**
 * A thread in which registered schemas are applied: a pattern or a tangle of references that takes for ever, or all memory
 * there is, costs that thread and nothing else. Begun with the first question, ended a while after the last one.
 */
export interface SchemaThread {
  /** Rejects with the signal's reason, or because it was closed. */
  ask<Question extends SchemaQuestion>(question: Question, signal?: AbortSignal): Promise<Answered<Question>>
  close(): Promise<void>
}

/** Milliseconds until a thread that nobody asks is ended. */
const idle = 30_000
/** Milliseconds that the start of a thread may take: that is up to the machine, and no schema. */
const startTimeout = 15_000
const memory = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 32 }

interface Running {
  readonly worker: Worker
  /** The next thing that it says, or how it failed. */
  next(): Promise<SchemaThreadMessage>
}

export function createSchemaThread(clock: Clock): SchemaThread {
  const queue = serialQueue()
  const closing = createController()
  let running: Running | undefined
  let rest: Timer | undefined

  const end = async () => {
    rest?.cancel()
    const ending = running
    running = undefined
    await ending?.worker.terminate()
  }
  const start = async (signal: AbortSignal): Promise<Running | string> => {
    const started = begin()
    const begun = await runStep({ clock, timeout: startTimeout, signal, run: () => started.next() })
    if (begun.kind === 'done' && begun.value.kind === 'ready') return started
    await started.worker.terminate()
    if (begun.kind === 'aborted') throw begun.error
    return `the thread that checks it did not start${begun.kind === 'failed' ? `: ${describeThrown(begun.error)}` : ''}`
  }
  const answerOf = async <Question extends SchemaQuestion>(
    question: Question,
    signal: AbortSignal,
  ): Promise<Answered<Question>> => {
    if (signal.aborted) throw abortReason(signal)
    rest?.cancel()
    const asked = running ?? (await start(signal))
    if (typeof asked === 'string') return { kind: 'unanswered', why: asked }
    running = asked
    const { worker } = asked
    worker.ref()
    const message = asked.next()
    // The rule is about windows of a browser; a thread has no origin.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    worker.postMessage(question)
    const said = await runStep({ clock, timeout: storeLimits.schemaTime, signal, run: () => message })
    if (said.kind !== 'done') {
      await end()
      if (said.kind === 'aborted') throw said.error
      const why = said.kind === 'timed_out' ? `took longer than ${storeLimits.schemaTime} ms` : 'needed too much memory'
      return { kind: 'unanswered', why }
    }
    worker.unref()
    rest = clock.schedule(idle, () => void queue.run(end))
    if (said.value.kind !== 'answer') return { kind: 'unanswered', why: 'failed' }
    // One question at a time is asked, and the thread answers each in its kind.
    return { kind: 'answered', answer: said.value.answer as AnswerTo<Question> }
  }
  return {
    async ask(question, signal) {
      const { controller, release } = childController(signal, closing.signal)
      try {
        return await queue.run(() => answerOf(question, controller.signal))
      } finally {
        release()
      }
    },
    close() {
      closing.abort(new TrimtabError('store_unavailable', 'The store is closed.'))
      return queue.run(end)
    },
  }
}

function begin(): Running {
  // The file beside this one, as it is run: from `dist`, or from the sources.
  const name = import.meta.url.endsWith('.ts') ? './schema-worker-from-sources.mjs' : './schema-worker.js'
  const worker = new Worker(new URL(name, import.meta.url), {
    name: 'trimtab-schemas',
    resourceLimits: memory,
    // It needs nothing of what a process is told by its environment.
    env: {},
  })
  let next = deferred<SchemaThreadMessage>()
  next.promise.catch(() => {})
  const fail = (error: Error) => next.reject(error)
  worker.on('error', fail)
  worker.on('exit', () => fail(new Error('the thread ended')))
  worker.on('message', (message: SchemaThreadMessage) => next.resolve(message))
  return {
    worker,
    async next() {
      const message = await next.promise
      next = deferred()
      next.promise.catch(() => {})
      return message
    },
  }
}
