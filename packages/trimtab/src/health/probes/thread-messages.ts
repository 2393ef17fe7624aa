import type { AggregateStatus } from '../report.ts'
import type { ProbeName } from './probe-paths.ts'

/** What the thread is started with. */
export interface ProbeThreadData {
  readonly port: number
  readonly host: string
  readonly paths: ReadonlyMap<string, ProbeName>
  readonly reportAfter: number
  readonly failAfter: number
  readonly beat: SharedArrayBuffer
  readonly statuses: ProbeStatuses
}

export type ProbeStatuses = { readonly [Name in ProbeName]: AggregateStatus }

/** What the thread says when it has begun, or what went wrong. */
export type ProbeThreadMessage =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'failed'; readonly message: string }
