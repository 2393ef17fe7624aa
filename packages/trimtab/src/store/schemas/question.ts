import type { Segments } from '../../model/path.ts'
import type { Json, JsonObject } from '../../primitives/json.ts'

/** A leaf that a publish sets. */
export interface SetLeaf {
  readonly tenant: string | undefined
  readonly segments: Segments
  readonly value: Json
}

/** What would be in force for the environment or for one tenant, and what was. */
export interface CheckedTree {
  readonly tenant: string | undefined
  readonly tree: JsonObject
  readonly before: JsonObject
}

/** What is asked about one publish and one schema. */
export interface PublishQuestion {
  readonly kind: 'publish'
  readonly schema: JsonObject
  /** What references begin with. */
  readonly schemes: readonly string[]
  readonly sets: readonly SetLeaf[]
  readonly trees: readonly CheckedTree[]
}

export interface SchemaFinding {
  readonly kind: 'secret_literal' | 'not_per_tenant' | 'schema_refuses'
  readonly tenant: string | undefined
  readonly path: string
  /** What the schema asks for, where it refuses; the type of what was found. Never a value. */
  readonly detail: string
}

/** What a publish would be told by one schema. */
export interface PublishAnswer {
  readonly kind: 'publish'
  readonly findings: readonly SchemaFinding[]
  /** Which of `sets` are at places that the schema does not know. */
  readonly unknown: readonly number[]
}

/** Asks how values may be shown to people. */
export interface RedactQuestion {
  readonly kind: 'redact'
  /** A place that any of them marks as secret is one. */
  readonly schemas: readonly JsonObject[]
  readonly schemes: readonly string[]
  /** Whether a place that none of them knows is a secret, too: one that did may have been forgotten. */
  readonly hidesUnknown: boolean
  readonly leaves: readonly { readonly segments: Segments; readonly value: Json }[]
}

export interface RedactAnswer {
  readonly kind: 'redact'
  /** One for each leaf. */
  readonly shown: readonly Json[]
}

export type SchemaQuestion = PublishQuestion | RedactQuestion
/** The answer to a question of that kind. */
export type AnswerTo<Question extends SchemaQuestion> = Extract<
  PublishAnswer | RedactAnswer,
  { readonly kind: Question['kind'] }
>
