import { isDeepStrictEqual } from 'node:util'
import { describeThrown, isTrimtabError } from '../../../errors/trimtab-error.ts'
import type { ErrorCode } from '../../../errors/error-codes.ts'
import { keepAlive } from '../../../primitives/time/clock.ts'
import { disposers } from '../../../primitives/disposers.ts'
import { cloneJson, type Json } from '../../../primitives/json.ts'
import type { ConfigStore, PublishResult, PublishTerms } from '../../../store/config-store.ts'
import type { Cursor } from '../../../store/cursor.ts'
import type { EnvironmentDocument } from '../../../store/document.ts'
import type { Edit } from '../../../store/edit.ts'
import type { PublishProblem } from '../../../store/publish-problem.ts'
import type { Revision } from '../../../store/revision.ts'
import { assertThat, type ContractCase, within } from '../contract-case.ts'
import type { StoreUnderTest } from '../store-harness.ts'

/** Where all cases publish to. */
export const environment = 'checkout/production'
export const tenant = `${environment}/acme`

/** One store in one test. */
export interface StoreSession {
  readonly store: ConfigStore
  /** As another process has it, where that is possible. */
  readonly other: ConfigStore
  readonly backup: (() => Promise<() => Promise<void>>) | undefined
  document(): Promise<EnvironmentDocument>
  cursor(): Promise<Cursor>
  /** Author and message, on top of `expected`, or of what is there. */
  terms(expected?: Cursor): Promise<PublishTerms>
  /** Publishes on top of what is there; anything but a new revision fails the test. */
  publish(...edits: readonly Edit[]): Promise<Revision>
  /** What stands in the way of these edits; anything but a refusal fails the test. */
  refused(...edits: readonly Edit[]): Promise<readonly PublishProblem[]>
  /** Follows the wakeups of the environment. */
  follow(store?: ConfigStore): FollowedWakeups
  /** `promise`, in time. */
  inTime<T>(what: string, promise: PromiseLike<T>): Promise<T>
}

interface FollowedWakeups {
  /** Resolves with the next wake-up; false when there will be none. */
  next(what: string): Promise<boolean>
  /** Aborts it; resolves when it has ended. */
  stop(): Promise<void>
}

export interface StoreBench {
  /** A case with a new store. */
  test(name: string, body: (session: StoreSession) => Promise<void>): ContractCase
}

export function createStoreBench(make: () => StoreUnderTest | Promise<StoreUnderTest>, timeout: number): StoreBench {
  const run = async (body: (session: StoreSession) => Promise<void>) => {
    // A runner that ends with its process, as node's own does, would not wait for the timers of a store.
    const letGo = keepAlive()
    const opened = disposers()
    const failures: unknown[] = []
    try {
      const made = await within(timeout, 'a new store', Promise.resolve(make()))
      opened.add(() => made.close?.())
      opened.add(() => within(timeout, 'close()', made.store.close()))
      const other = made.secondHandle === undefined ? made.store : await made.secondHandle()
      if (other !== made.store) opened.add(() => within(timeout, 'close()', other.close()))
      await body(sessionOf(made, other, { timeout, opened }))
    } catch (error) {
      failures.push(error)
    } finally {
      failures.push(...(await opened.dispose()))
      letGo()
    }
    // What fails while everything is taken down is often only a consequence.
    if (failures.length > 0) throw failures[0]
  }
  return { test: (name, body) => ({ name, run: () => run(body) }) }
}

function sessionOf(
  { store, backup }: StoreUnderTest,
  other: ConfigStore,
  { timeout, opened }: { readonly timeout: number; readonly opened: ReturnType<typeof disposers> },
): StoreSession {
  const inTime = <T>(what: string, promise: PromiseLike<T>) => within(timeout, what, promise)
  const document = () => inTime('readEnvironment()', store.readEnvironment(environment))
  const cursor = async () => (await document()).cursor
  const terms = async (expected?: Cursor): Promise<PublishTerms> => {
    return { author: 'dana', message: 'Black Friday', expected: expected ?? (await cursor()) }
  }
  return {
    store,
    other,
    backup:
      backup &&
      (async () => {
        const restore = await backup()
        return async () => void (await restore())
      }),
    document,
    cursor,
    terms,
    async publish(...edits) {
      const result = await inTime('publish()', store.publish(edits, await terms()))
      assertThat(result.kind === 'published', `expected a new revision, received ${describeResult(result)}`)
      return result.revision
    },
    async refused(...edits) {
      const result = await inTime('publish()', store.publish(edits, await terms()))
      assertThat(result.kind === 'refused', `expected a refusal, received ${describeResult(result)}`)
      return result.problems
    },
    follow(followed = store) {
      const following = follow(followed, timeout)
      opened.add(() => following.stop())
      return following
    },
    inTime,
  }
}

function follow(store: ConfigStore, timeout: number): FollowedWakeups {
  const controller = new AbortController()
  const wakeups = store.wakeups(environment, controller.signal)[Symbol.asyncIterator]()
  return {
    async next(what) {
      const { done } = await within(timeout, `a wake-up ${what}`, wakeups.next())
      return done !== true
    },
    async stop() {
      controller.abort()
      const { done } = await within(timeout, 'the end of wakeups whose signal has aborted', wakeups.next())
      assertThat(done === true, 'wakeups went on after their signal had aborted')
    },
  }
}

/** An answer in a few words, for messages. */
export function describeResult(result: PublishResult): string {
  if (result.kind === 'refused') {
    return `refused (${result.problems.map(({ code, message }) => `${code}: ${message}`).join('; ')})`
  }
  return result.kind
}

/** Fails where two values differ; what objects inherit from and the order of keys are no difference. */
export function assertSame(actual: Json | undefined, expected: Json | undefined, what: string): void {
  const plain = (value: Json | undefined) => (value === undefined ? undefined : cloneJson(value))
  const text = (value: Json | undefined) => JSON.stringify(value) ?? 'nothing'
  assertThat(
    isDeepStrictEqual(plain(actual), plain(expected)),
    `${what}: expected ${text(expected)}, received ${text(actual)}`,
  )
}

/** Fails where two documents differ in what they hold. */
export function assertSameDocument(actual: EnvironmentDocument, expected: EnvironmentDocument, what: string): void {
  assertSame(contentOf(actual), contentOf(expected), what)
  assertThat(isDeepStrictEqual(actual.cursor, expected.cursor), `${what}: the cursors differ`)
}

/** What a document holds, as one JSON value. */
export function contentOf({ tree, overlays, states }: EnvironmentDocument): Json {
  return { tree, overlays: Object.fromEntries(overlays), states: Object.fromEntries(states) }
}

/** Fails unless `promise` rejects with that code. */
export async function assertRejects(promise: Promise<unknown>, code: ErrorCode, what: string): Promise<void> {
  let error: unknown
  try {
    await promise
  } catch (thrown) {
    error = thrown
  }
  assertThat(error !== undefined, `${what}: expected it to throw ${code}, and it did not`)
  assertThat(isTrimtabError(error, code), `${what}: expected it to throw ${code}, received ${describeThrown(error)}`)
}
