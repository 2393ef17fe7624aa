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
export interface SchemaQuestion {
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

export interface SchemaAnswer {
  readonly findings: readonly SchemaFinding[]
  /** Which of `sets` are at places that the schema does not know. */
  readonly unknown: readonly number[]
}
