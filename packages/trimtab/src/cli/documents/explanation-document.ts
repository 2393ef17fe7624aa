import type { Explanation } from '../../plane/explain.ts'
import { type OriginDocument, originDocument, type ProblemDocument } from './problem-document.ts'

/** What `trimtab explain --json` prints. Secrets are `"[secret]"`. */
export interface ExplanationDocument {
  readonly path: string
  /** Whether the configuration can be used; `value` is null where it can't. */
  readonly status: 'valid' | 'invalid'
  /** What readers get; null also where nothing is set. */
  readonly value: unknown
  /** Who set it; null where it is the schema's default or nothing. */
  readonly origin: OriginDocument | null
  /** Every source that says something about it, the highest first. */
  readonly contributions: readonly ContributionDocument[]
  readonly marks: { readonly dynamic: boolean; readonly secret: boolean; readonly perTenant: boolean }
  readonly description: string | null
  readonly expected: string
  readonly default: unknown
  readonly problems: readonly ProblemDocument[]
}

interface ContributionDocument {
  readonly origin: OriginDocument
  /** As it was written, with references as they stand. */
  readonly value: unknown
  readonly wins: boolean
  readonly shadowedBy: OriginDocument | null
}

export function explanationDocument(
  explanation: Explanation,
  status: ExplanationDocument['status'],
  problems: readonly ProblemDocument[],
): ExplanationDocument {
  const { path, value, origin, contributions, marks, description, expected } = explanation
  return {
    path,
    status,
    value: value ?? null,
    origin: origin === undefined ? null : originDocument(origin),
    contributions: contributions.map((each) => ({
      origin: originDocument(each.origin),
      value: each.value,
      wins: each.wins,
      shadowedBy: each.shadowedBy === undefined ? null : originDocument(each.shadowedBy),
    })),
    marks: { dynamic: marks.dynamic, secret: marks.secret, perTenant: marks.perTenant },
    description: description ?? null,
    expected,
    default: explanation.default ?? null,
    problems,
  }
}
