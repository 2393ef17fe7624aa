import type { OutgoingHttpHeaders } from 'node:http'
import { type Backoff, backoffDelay } from '../../../primitives/time/backoff.ts'
import { sleep } from '../../../primitives/time/clock.ts'
import { runStep } from '../../../primitives/time/deadline.ts'
import type { SinkHost, SinkWriter } from '../../sink.ts'
import { createAddressCheck, isLiteralLoopback } from './addresses.ts'
import { checkedLookup, RefusedAddress, type ResolveAll } from './checked-lookup.ts'
import { type Answer, createAgent, post } from './post.ts'
import { retryAfterOf } from './retry-after.ts'
import { signatureOf } from './signature.ts'

export interface WebhookTarget {
  readonly url: URL
  readonly keys: readonly Buffer[]
  readonly headers: Readonly<Record<string, string>>
  readonly attempts: number
  readonly backoff: Backoff
  /** Milliseconds of one attempt. */
  readonly timeout: number
  readonly resolve: ResolveAll
}

type Attempt =
  | { readonly kind: 'taken' }
  | { readonly kind: 'again'; readonly why: string; readonly after: number | undefined }
  | { readonly kind: 'refused'; readonly why: string }

/** Statuses that say that the same request may be taken later. */
const temporary: ReadonlySet<number> = new Set([408, 425, 429])

/** Posts every event until it is taken, refused for good, or the attempts are used up. */
export function openWebhook(target: WebhookTarget, { clock, random }: SinkHost): SinkWriter {
  const { url, keys, attempts, backoff, timeout } = target
  const agent = createAgent(url)
  const check = createAddressCheck()
  const allowLoopback = isLiteralLoopback(hostOf(url), check)
  const judge = (answer: Answer) => verdictOf(answer, clock.now())
  const lookup = checkedLookup({ check, allowLoopback, resolve: target.resolve })

  const send = async (id: string, body: Buffer, signal: AbortSignal): Promise<Attempt> => {
    const timestamp = String(Math.floor(clock.now() / 1_000))
    const headers: OutgoingHttpHeaders & Record<string, string> = {
      ...target.headers,
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'user-agent': 'trimtab',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': keys.map((key) => signatureOf({ id, timestamp, body }, key)).join(' '),
    }
    let begun: Answer | undefined
    const onAnswer = (answer: Answer) => {
      begun = answer
    }
    const end = await runStep({
      clock,
      timeout,
      signal,
      run: (attemptSignal) => post({ url, agent, lookup, headers, body, signal: attemptSignal, onAnswer }),
    })
    // An answer that does not come to its end has said what it had to: sent again, the event would be there twice.
    if (end.kind !== 'done' && begun !== undefined) return judge(begun)
    switch (end.kind) {
      case 'done':
        return judge(end.value)
      case 'timed_out':
        return { kind: 'again', why: `no answer within ${timeout} ms`, after: undefined }
      case 'failed':
        if (end.error instanceof RefusedAddress) return { kind: 'refused', why: end.error.message }
        return { kind: 'again', why: `no connection (${codeOf(end.error)})`, after: undefined }
      case 'aborted':
        throw end.error
      default:
        return end satisfies never
    }
  }

  return {
    // Each attempt has a deadline of its own, and there are so many of them.
    timeout: Number.POSITIVE_INFINITY,
    async deliver(event, signal) {
      // What is signed is what is sent, byte for byte, in every attempt.
      const body = Buffer.from(JSON.stringify(event))
      for (let attempt = 0; ; attempt += 1) {
        const result = await send(event.id, body, signal)
        if (result.kind === 'taken') return
        if (result.kind === 'refused') throw new Error(result.why)
        if (attempt + 1 >= attempts) throw new Error(`${result.why}, ${attempts} times`)
        const delay = Math.max(backoffDelay(backoff, attempt, random), Math.min(result.after ?? 0, backoff.max))
        await sleep(clock, delay, signal)
      }
    },
    close: () => agent.destroy(),
  }
}

function verdictOf({ status, retryAfter }: Answer, now: number): Attempt {
  if (status >= 200 && status < 300) return { kind: 'taken' }
  if (status >= 300 && status < 400)
    return { kind: 'refused', why: `the receiver answered ${status}, and redirects are not followed` }
  const why = `the receiver answered ${status}`
  if (status >= 500 || temporary.has(status)) return { kind: 'again', why, after: retryAfterOf(retryAfter, now) }
  return { kind: 'refused', why }
}

/** The host as sockets know it: an IPv6 address without its brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1')
}

function codeOf(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : 'unknown reason'
}
