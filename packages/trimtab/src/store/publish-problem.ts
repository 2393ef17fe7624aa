/** Why something may not be published, for programs. */
export const publishProblemCodes = [
  'name_invalid',
  'author_invalid',
  'message_invalid',
  'environments_mixed',
  'nothing_to_publish',
  'path_invalid',
  'value_invalid',
  'value_too_large',
  'document_too_large',
  'too_many_edits',
  'too_many_entries',
  'edits_overlap',
  'parent_is_a_value',
  'secret_literal',
  'schema_refuses',
  'schema_invalid',
] as const
export type PublishProblemCode = (typeof publishProblemCodes)[number]

/** One thing that stands in the way of a publish. It shows no value: one could be a secret. */
export interface PublishProblem {
  readonly code: PublishProblemCode
  /** What is wrong, as a sentence that says what was expected, the type of what was found, and what to do. */
  readonly message: string
  readonly scope: string | undefined
  readonly path: string | undefined
  /** The version of the service whose schema refuses. */
  readonly version: string | undefined
}
