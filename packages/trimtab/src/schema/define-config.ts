import type { z } from 'zod'
import { TrimtabError } from '../errors/trimtab-error.ts'
import type { DeepReadonly } from '../model/deep-readonly.ts'
import type { JsonObject } from '../primitives/json.ts'
import { createValidator } from './check/validator.ts'
import { describeShape, type FieldRow } from './describe.ts'
import { jsonSchemaOf } from './json-schema.ts'
import { type PathsOf, type Section, sectionAt, type ValueAt } from './section.ts'
import { compileShapes } from './shape-of.ts'
import type { ObjectShape } from './shape.ts'
import type { Validation, ValidationContext } from './validation.ts'
import { rebuildSchema } from './zod/rebuild.ts'

/** The zod object of a configuration. */
export type ConfigSchema = z.ZodObject<z.core.$ZodShape, z.core.$ZodObjectConfig>

/** What a configuration looks like: everything that is said about it comes from one schema. */
export interface ConfigDefinition<Schema extends ConfigSchema = ConfigSchema> {
  /** The schema as it is used: a strict copy of the one that was given. Its own errors may show what is secret. */
  readonly schema: Schema
  readonly shape: ObjectShape
  /** Typed values, or all problems at once. Throws `option_invalid` for a schema that turns out to be asynchronous. */
  validate(tree: JsonObject, context: ValidationContext): Validation
  /** A part of the configuration, for the module that owns it. Throws `option_invalid` for an unknown path. */
  section<const P extends PathsOf<z.output<Schema>>>(path: P): Section<DeepReadonly<ValueAt<z.output<Schema>, P>>>
  /** What may be written, as JSON Schema (draft 2020-12), without anything that is secret. */
  jsonSchema(): JsonObject
  /** A row for each field, for documentation. */
  describe(): readonly FieldRow[]
}

/** The configuration that readers of a definition get. */
export type ConfigOf<Definition extends { readonly schema: z.ZodType }> = DeepReadonly<z.output<Definition['schema']>>

/**
 * Types a configuration by a zod object. The schema is copied and made strict: unknown keys are found at every level,
 * unless its author opened an object with `z.looseObject()` or `.catchall()`. An absent object is read as `{}`, so that
 * the defaults inside it apply; an optional one stays absent. Refinements keep working; they and transforms are
 * synchronous. Throws `option_invalid` for what no configuration file can hold, with the place and what to use instead.
 *
 * @example
 * export const config = defineConfig(z.object({
 *   pool: dynamic(z.object({ max: z.number().int().default(10), url: secret(z.string()) })),
 * }))
 */
export function defineConfig<Schema extends ConfigSchema>(schema: Schema): ConfigDefinition<Schema> {
  if (schema?._zod?.def?.type !== 'object') {
    throw new TrimtabError('option_invalid', 'defineConfig() expects a z.object() of zod 4.')
  }
  const rebuilt = rebuildSchema(schema)
  const shapes = compileShapes(rebuilt)
  const { root, secretTexts } = shapes
  let json: JsonObject | undefined
  let rows: readonly FieldRow[] | undefined
  return Object.freeze<ConfigDefinition<Schema>>({
    schema: rebuilt.schema,
    shape: root,
    validate: createValidator({ schema: rebuilt.schema, root, secretTexts }),
    section: (path) => sectionAt(root, path),
    jsonSchema: () => (json ??= jsonSchemaOf(rebuilt, shapes)),
    describe: () => (rows ??= describeShape(root)),
  })
}
