import { TrimtabError } from '../errors/trimtab-error.ts'
import { abortReason } from '../primitives/concurrency/abort.ts'
import type { PublishResult, PublishTerms } from './config-store.ts'
import { sameCursor } from './cursor.ts'
import type { EnvironmentDocument } from './document.ts'
import type { Edit } from './edit.ts'
import { documentOf } from './history/load-document.ts'
import { laterRevisions } from './history/read-scope.ts'
import { replay, rewind } from './history/replay.ts'
import { rollbackChanges } from './history/rollback-changes.ts'
import { sinceOf } from './history/since.ts'
import type { KnownDocuments } from './known-documents.ts'
import { createKnownSchemas, type SchemasInForce } from './known-schemas.ts'
import { storeLimits } from './limits.ts'
import { changesOf } from './publish/changes-of.ts'
import { type Draft, draftRevision } from './publish/draft-revision.ts'
import { readRequest, signatureProblems } from './publish/read-request.ts'
import type { PublishProblem } from './publish-problem.ts'
import type { RevisionChange } from './revision.ts'
import type { SchemaThread } from './schemas/schema-thread.ts'
import { appOf, type EnvironmentName } from './scope.ts'
import type { StoreStorage } from './storage.ts'

export interface PublisherParts {
  readonly storage: StoreStorage
  readonly known: KnownDocuments
  readonly schemas: SchemaThread
  /** What references begin with: what else stands in a secret field is a literal. */
  readonly schemes: readonly string[]
}

export interface Publisher {
  publish(edits: readonly Edit[], terms: PublishTerms): Promise<PublishResult>
  rollback(environment: EnvironmentName, to: number, terms: PublishTerms): Promise<PublishResult>
}

interface Wanted {
  readonly changes: readonly RevisionChange[]
  readonly problems: readonly PublishProblem[]
}

/** What became of a publish before anything is stored: it may be appended, or it has its answer. Of which schemas, says the stamp. */
type Judged =
  | { readonly kind: 'draft'; readonly draft: Draft; readonly stamp: string }
  | { readonly kind: 'answer'; readonly answer: PublishResult; readonly stamp: string }

/** How often a publish is checked anew because the schemas have moved meanwhile. */
const attempts = 5

/**
 * Publishes: what can be refused is refused before the storage is asked for anything but what is there, and the storage
 * compares and appends in one step. In between nothing is held, so that a publisher that dies leaves nothing behind.
 *
 * The storage is not asked first where what it would say is known from before: it compares that, too, as it appends. Nothing but
 * what it has stored, or what somebody else has, is answered on the ground of what was known: a refusal could be out of date.
 */
export function createPublisher({ storage, known, schemas: thread, schemes }: PublisherParts): Publisher {
  const knownSchemas = createKnownSchemas()

  const append = async (
    environment: EnvironmentName,
    terms: PublishTerms,
    rollbackTo: number | undefined,
    wanted: (document: EnvironmentDocument) => Wanted | Promise<Wanted>,
  ): Promise<PublishResult> => {
    const { author, message, expected, signal } = terms
    if (signal?.aborted) throw abortReason(signal)
    const app = appOf(environment)

    const judge = async ({ schemas, stamp }: SchemasInForce): Promise<Judged> => {
      const document = known.at(environment, expected) ?? (await catchUp(environment, signal))
      // Somebody was quicker than the reading of it.
      if (!sameCursor(document.cursor, expected)) return answered({ kind: 'conflict', current: document.cursor }, stamp)
      const { changes, problems } = await wanted(document)
      if (problems.length > 0) return answered(refused(problems), stamp)
      if (changes.length === 0) return answered({ kind: 'unchanged', cursor: expected }, stamp)
      const parts = { document, changes, signature: { author, message }, rollbackTo, schemas, schemes }
      const drafted = await draftRevision(parts, thread, signal)
      if (!drafted.ok) return answered(refused(drafted.error), stamp)
      return { kind: 'draft', draft: drafted.value, stamp }
    }
    const ask = async (before: Judged | undefined): Promise<Judged> => {
      const { head, ...inForce } = await storage.prepare(environment, signal)
      knownSchemas.remember(app, inForce)
      if (!sameCursor(head.cursor, expected)) {
        return answered({ kind: 'conflict', current: head.cursor }, inForce.stamp)
      }
      return before?.stamp === inForce.stamp ? before : judge(inForce)
    }

    const before = knownSchemas.of(app)
    // A rollback looks for its revision in history, which is an error of its own where somebody else was first.
    let judged = before === undefined || rollbackTo !== undefined ? undefined : await judge(before)
    if (judged?.kind === 'answer' && judged.answer.kind === 'conflict') return judged.answer
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      if (judged?.kind !== 'draft') judged = await ask(judged)
      if (judged.kind === 'answer') return judged.answer
      if (signal?.aborted) throw abortReason(signal)
      const { revision, document } = judged.draft
      const appended = await storage.append(revision, judged.stamp, signal)
      switch (appended.kind) {
        case 'appended':
          known.remember(document)
          return {
            kind: 'published',
            cursor: revision.cursor,
            revision: Object.freeze({ ...revision, at: appended.at }),
          }
        case 'conflict':
          return { kind: 'conflict', current: appended.current }
        case 'name_taken':
          return refused([nameTaken(environment)])
        case 'stale':
          judged = undefined
          break
        default:
          appended satisfies never
      }
    }
    throw new TrimtabError(
      'store_unavailable',
      `The schemas of ${app} were changed again and again while this was checked. Publish it once more.`,
    )
  }
  /** The newest document: what was known of it and what followed, or all of it where that can't be told. */
  const catchUp = async (environment: EnvironmentName, signal: AbortSignal | undefined) => {
    const before = known.newest(environment)
    if (before === undefined) return load(environment, signal)
    const following = await storage.following(environment, before.cursor.revision, storeLimits.revisions, signal)
    const since = sinceOf(before.cursor, following)
    if (since.kind !== 'changes' || since.more) return load(environment, signal)
    const document = replay(before, since.revisions)
    known.remember(document)
    return document
  }
  const load = async (environment: EnvironmentName, signal: AbortSignal | undefined) => {
    const document = documentOf(environment, await storage.load(environment, 'all', signal), known.newest(environment))
    known.remember(document)
    return document
  }

  return {
    async publish(edits, terms) {
      const request = readRequest(edits)
      const problems = [...signatureProblems(terms), ...(request.ok ? [] : request.error)]
      if (!request.ok || problems.length > 0) return refused(problems)
      const { environment, edits: read } = request.value
      return append(environment, terms, undefined, (document) => changesOf(document, read))
    },
    async rollback(environment, to, terms) {
      const problems = signatureProblems(terms)
      if (problems.length > 0) return refused(problems)
      return append(environment, terms, to, async (document) => {
        const span = { environment, after: to, upTo: document.cursor.revision }
        const then = rewind(document, await laterRevisions(storage, environment, span, terms.signal))
        return { changes: rollbackChanges(document, then), problems: [] }
      })
    },
  }
}

function refused(problems: readonly PublishProblem[]): PublishResult {
  return { kind: 'refused', problems: problems.slice(0, storeLimits.problems) }
}

function answered(answer: PublishResult, stamp: string): Judged {
  return { kind: 'answer', answer, stamp }
}

function nameTaken(environment: EnvironmentName): PublishProblem {
  const message = `There is an environment, or an app, whose name differs from that of ${environment} in letter case only. Choose another.`
  return { code: 'name_taken', message, scope: environment }
}
