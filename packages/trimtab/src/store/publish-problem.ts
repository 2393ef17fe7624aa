/** All of them, in the order of the page that explains them. */
export const publishProblemCodes = [
  'name_invalid',
  /** Another environment or tenant has that name in other letter case. */
  'name_taken',
  'author_invalid',
  'message_invalid',
  'edit_invalid',
  'environments_mixed',
  'nothing_to_publish',
  'path_invalid',
  'value_invalid',
  'value_too_large',
  'document_too_large',
  'publish_too_large',
  'too_many_edits',
  'too_many_entries',
  'edits_overlap',
  'parent_is_a_value',
  /** The tenant was removed, and is given no other state in the same publish. */
  'tenant_removed',
  /** No version of the service that has a say knows such a place. */
  'path_unknown',
  'secret_literal',
  /** A field that tenants may not set for themselves. */
  'not_per_tenant',
  'schema_refuses',
  /** A registered schema took longer than it may, or failed: nobody knows whether it would refuse. */
  'schema_unanswered',
] as const
/** Why something may not be published, for programs. */
export type PublishProblemCode = (typeof publishProblemCodes)[number]

/** One thing that stands in the way of a publish. It shows no value: one could be a secret. */
export interface PublishProblem {
  readonly code: PublishProblemCode
  /** What is wrong, as a sentence that says what was expected, the type of what was found, and what to do. */
  readonly message: string
  readonly scope?: string | undefined
  readonly path?: string | undefined
  /** The version of the service whose schema refuses. */
  readonly version?: string | undefined
}
