import { count, fields, milliseconds, type NoData, nothing, text, texts } from '../data-schema.ts'
import type { EventTable } from '../event-kind.ts'

/** The breaker holds back a content, or has closed. */
interface BreakerMoved {
  readonly digest: string
  /** Failures in a row of this content. */
  readonly failures: number
  /** Milliseconds until it is tried again. */
  readonly retryIn: number
}

/** A commit waits for the verdict of health. */
interface BakeStarted {
  /** The generation that is gone back to when it fails; absent after the boot, when there is none. */
  readonly stableGeneration?: number | undefined
}

/** The verdict. */
interface BakeStable {
  /** Milliseconds since the commit. */
  readonly duration: number
}

/** The verdict, and why. */
interface BakeUndone {
  readonly reasons: readonly string[]
  /** Milliseconds since the commit. */
  readonly duration: number
}

/** A later reload was committed on top: its bake judges both. */
interface BakeSuperseded {
  readonly supersededBy: string
  /** Milliseconds since the commit. */
  readonly duration: number
}

/** A content is not tried any more by itself. */
interface ContentSetAside {
  readonly digest: string
  readonly why: string
}

/** What decides whether a content may run, and may stay. */
export interface ProofEventData {
  readonly 'dev.trimtab.breaker.failing': BreakerMoved
  readonly 'dev.trimtab.breaker.opened': BreakerMoved
  readonly 'dev.trimtab.breaker.closed': NoData
  readonly 'dev.trimtab.bake.started': BakeStarted
  readonly 'dev.trimtab.bake.stable': BakeStable
  readonly 'dev.trimtab.bake.undone': BakeUndone
  readonly 'dev.trimtab.bake.kept': BakeUndone
  readonly 'dev.trimtab.bake.superseded': BakeSuperseded
  readonly 'dev.trimtab.content.set_aside': ContentSetAside
}

const sinceCommit = milliseconds('Milliseconds since the commit')
const reasons = texts('What health said, without secrets')
const breaker = fields<BreakerMoved>(
  {
    digest: text('Identifies the content'),
    failures: count('Failures in a row of this content'),
    retryIn: milliseconds('Milliseconds until it is tried again'),
  },
  {},
)

export const proofEvents: EventTable<ProofEventData> = {
  'dev.trimtab.breaker.failing': {
    title: 'A content has failed and is tried again',
    when: 'After each failed apply, while the breaker is not open.',
    data: breaker,
  },
  'dev.trimtab.breaker.opened': {
    title: 'The breaker is open',
    when: 'After the third failure in a row of the same content, and after each trial that fails.',
    data: breaker,
  },
  'dev.trimtab.breaker.closed': {
    title: 'The breaker is closed',
    when: 'When something succeeded, took the place of what failed, or the breaker was reset.',
    data: nothing,
  },
  'dev.trimtab.bake.started': {
    title: 'A commit waits for its verdict',
    when: 'Right after a commit that health has to judge.',
    data: fields<BakeStarted>(
      { stableGeneration: count('What is gone back to when it fails; absent after the boot') },
      { stableGeneration: true },
    ),
  },
  'dev.trimtab.bake.stable': {
    title: 'A commit has proved itself',
    when: 'When health says that it may stay.',
    data: fields<BakeStable>({ duration: sinceCommit }, {}),
  },
  'dev.trimtab.bake.undone': {
    title: 'A commit is undone by health',
    when: 'When health says that it may not stay, before anything is undone.',
    data: fields<BakeUndone>({ reasons, duration: sinceCommit }, {}),
  },
  'dev.trimtab.bake.kept': {
    title: 'What runs has not proved itself and stays',
    when: 'When health says no to the boot, or to a commit on a boot that was as bad: there is nothing better to go back to. It never becomes the last known good.',
    data: fields<BakeUndone>({ reasons, duration: sinceCommit }, {}),
  },
  'dev.trimtab.bake.superseded': {
    title: 'A later commit is judged in place of this one',
    when: 'When another reload is committed on top during the bake.',
    data: fields<BakeSuperseded>({ supersededBy: text('The id of the later reload'), duration: sinceCommit }, {}),
  },
  'dev.trimtab.content.set_aside': {
    title: 'A content is not tried any more by itself',
    when: 'When health undid it. It is tried again when it changes, or by force.',
    data: fields<ContentSetAside>({ digest: text('Identifies the content'), why: text('Why') }, {}),
  },
}
