import { TrimtabError } from '../errors/trimtab-error.ts'
import { isName, nameRule } from '../model/name.ts'
import { parsePath, printPath } from '../model/path.ts'
import { abortReason } from '../primitives/concurrency/abort.ts'
import type { Clock } from '../primitives/time/clock.ts'
import { isScheme } from '../sources/references/parse-references.ts'
import { createEmitter } from '../primitives/emitter.ts'
import { closingStorage } from './closing-storage.ts'
import type { ConfigStore, HistoryQuery, PublishResult, PublishTerms, StoreEvent } from './config-store.ts'
import { parseCursor } from './cursor.ts'
import type { Edit } from './edit.ts'
import { documentOf } from './history/load-document.ts'
import { readScope } from './history/read-scope.ts'
import { redactRevisions } from './history/redact-revisions.ts'
import { sinceOf } from './history/since.ts'
import { createKnownDocuments } from './known-documents.ts'
import { storeLimits } from './limits.ts'
import { createPublisher } from './publisher.ts'
import { parseVersion, readSchema } from './schemas/read-schema.ts'
import { createSchemaThread } from './schemas/schema-thread.ts'
import { appOf, type EnvironmentName, parseEnvironment, parseScope, readScope as scopeIn } from './scope.ts'
import type { RevisionQuery, StoreStorage } from './storage.ts'

/** What every kind of store can be told. */
export interface StoreOptions {
  /**
   * What the references of your services begin with: `['env', 'file']`, and what their own resolvers are for. Other text in
   * a secret field is a literal, and refused.
   */
  readonly referenceSchemes?: readonly string[] | undefined
}

export interface ConfigStoreParts extends StoreOptions {
  readonly storage: StoreStorage
  readonly clock: Clock
}

/** A store on a storage: everything but where things are kept, so that all stores answer alike. */
export function createConfigStore({
  storage: given,
  clock,
  referenceSchemes = ['env', 'file'],
}: ConfigStoreParts): ConfigStore {
  const unknown = referenceSchemes.find((scheme) => !isScheme(scheme))
  if (unknown !== undefined) {
    throw new TrimtabError(
      'option_invalid',
      'The option referenceSchemes lists schemes like env: lower case, no colon.',
    )
  }
  const storage = closingStorage(given, clock)
  const known = createKnownDocuments()
  const thread = createSchemaThread(clock)
  const schemes = [...referenceSchemes]
  const publisher = createPublisher({ storage, known, schemas: thread, schemes })
  const events = createEmitter<StoreEvent>()
  let closed: Promise<void> | undefined

  const open = (signal?: AbortSignal) => {
    if (closed !== undefined) throw new TrimtabError('store_unavailable', 'The store is closed. Make another one.')
    if (signal?.aborted) throw abortReason(signal)
  }
  const close = () => {
    closed ??= Promise.all([thread.close(), storage.close()]).then(() => {})
    return closed
  }

  const told = async (environment: string | undefined, publish: () => Promise<PublishResult>) => {
    const startedAt = clock.monotonic()
    let result: PublishResult | undefined
    try {
      result = await publish()
      return result
    } finally {
      events.emit({ kind: 'publish_ended', environment, result, duration: clock.monotonic() - startedAt })
    }
  }

  return {
    async read(scope, at) {
      const parsed = parseScope(scope)
      if (at !== undefined) checkCount('at', at, 0, Number.MAX_SAFE_INTEGER)
      open()
      return readScope(storage, parsed, at)
    },
    async readEnvironment(environment, signal) {
      const name = parseEnvironment(environment)
      open(signal)
      const stored = await storage.load(name, 'all', signal)
      const document = documentOf(name, stored, known.newest(name))
      known.remember(document)
      return document
    },
    async publish(edits, terms) {
      const checked = checkTerms(terms)
      open(checked.signal)
      return told(environmentIn(edits), () => publisher.publish(edits, checked))
    },
    async rollback(environment, to, terms) {
      const name = parseEnvironment(environment)
      checkCount('to', to, 0, Number.MAX_SAFE_INTEGER)
      const checked = checkTerms(terms)
      open(checked.signal)
      return told(name, () => publisher.rollback(name, to, checked))
    },
    async since(environment, cursor, limit, signal) {
      const name = parseEnvironment(environment)
      const from = parseCursor(cursor)
      checkCount('limit', limit, 1, storeLimits.revisions)
      open(signal)
      return sinceOf(from, await storage.following(name, from.revision, limit, signal))
    },
    wakeups(environment, signal) {
      const name = parseEnvironment(environment)
      open()
      return storage.wakeups(name, signal)
    },
    feedStatus(environment) {
      const name = parseEnvironment(environment)
      open()
      return storage.feedStatus(name)
    },
    events,
    listener: storage.listener,
    async history(environment, query = {}) {
      const name = parseEnvironment(environment)
      const asked = readQuery(name, query)
      open()
      const revisions = await storage.revisions(name, asked)
      const registered = revisions.length === 0 ? [] : await storage.schemas(appOf(name))
      return redactRevisions(revisions, { schemas: registered, schemes, thread })
    },
    async prune(environment, before) {
      const name = parseEnvironment(environment)
      checkCount('before', before, 0, Number.MAX_SAFE_INTEGER)
      open()
      return storage.prune(name, before)
    },
    async registerSchema(app, version, schema) {
      const [name, parsed, read] = [parseApp(app), parseVersion(version), readSchema(schema)]
      open()
      return storage.putSchema(name, parsed, read)
    },
    async markLive(app, version, forMilliseconds) {
      const [name, parsed] = [parseApp(app), parseVersion(version)]
      checkCount('forMilliseconds', forMilliseconds, 1, storeLimits.liveMilliseconds)
      open()
      const marked = await storage.markLive(name, parsed, forMilliseconds)
      if (marked !== 'marked') throw new TrimtabError('option_invalid', whyNotLive[marked](name, parsed))
    },
    async schemas(app) {
      const name = parseApp(app)
      open()
      return storage.schemas(name)
    },
    async environments() {
      open()
      return storage.environments()
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

const whyNotLive = {
  not_registered: (app: string, version: string) =>
    `Version ${version} of ${app} is not registered. Register its schema first.`,
  too_many: (app: string, version: string) =>
    `Version ${version} of ${app} can't be marked live: ${storeLimits.liveVersions} others live, and a publish waits for each. End instances of old versions, and mark those of short life for a shorter time.`,
} as const

/** Their words are answered for by the publisher. */
function checkTerms(terms: PublishTerms): PublishTerms {
  if (typeof terms === 'object' && terms !== null) return { ...terms, expected: parseCursor(terms.expected) }
  throw new TrimtabError('option_invalid', 'A publish has terms: { author, message, expected }. Give them.')
}

/** What is wrong with the edits is said by the publisher. */
function environmentIn(edits: readonly Edit[]): EnvironmentName | undefined {
  try {
    return Array.isArray(edits) ? scopeIn(edits[0]?.scope)?.environment : undefined
  } catch {
    return undefined
  }
}

function readQuery(environment: EnvironmentName, { before, limit = 50, scope, path }: HistoryQuery): RevisionQuery {
  checkCount('limit', limit, 1, storeLimits.revisions)
  if (before !== undefined) checkCount('before', before, 0, Number.MAX_SAFE_INTEGER)
  const parsed = scope === undefined ? undefined : parseScope(scope)
  if (parsed !== undefined && parsed.environment !== environment) {
    throw new TrimtabError('option_invalid', `The scope of a history has to be ${environment} or a tenant in it.`)
  }
  return {
    before,
    limit,
    order: 'newest_first',
    scope: parsed && { tenant: parsed.tenant },
    path: path === undefined ? undefined : printPath(parsePath(path)),
  }
}

function parseApp(app: unknown): string {
  if (isName(app)) return app
  throw new TrimtabError('option_invalid', `The name of an app has to be ${nameRule}.`)
}

function checkCount(option: string, value: unknown, least: number, most: number): void {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most) return
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`
  throw new TrimtabError('option_invalid', `The option ${option} has to be a whole number ${range}.`)
}
