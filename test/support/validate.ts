import type { z } from 'zod'
import type { JsonObject } from '../../packages/trimtab/src/primitives/json.ts'
import { defineConfig } from '../../packages/trimtab/src/schema/define-config.ts'
import { printProblem } from '../../packages/trimtab/src/schema/problem.ts'
import type { ValidationContext } from '../../packages/trimtab/src/schema/validation.ts'

/** A person typed everything. */
export const strict: ValidationContext = { origin: () => undefined, strictAt: () => true }
/** Everything comes from elsewhere: unknown keys are warned of. */
export const lenient: ValidationContext = { origin: () => undefined, strictAt: () => false }

/** What a schema says against a tree: `required pool.url: is required: expected a string`. */
export function problemsOf(schema: z.ZodObject, tree: unknown, context = strict): string[] {
  // Trees of tests are JSON, but for those that try what happens when they are not.
  const result = defineConfig(schema).validate(tree as JsonObject, context)
  return result.ok ? [] : result.problems.map((problem) => `${problem.code} ${printProblem(problem)}`)
}

/** What a schema makes of a valid tree. */
export function outputOf(schema: z.ZodObject, tree: unknown, context = strict): unknown {
  const result = defineConfig(schema).validate(tree as JsonObject, context)
  if (!result.ok) throw new Error(result.problems.map(printProblem).join('\n'))
  return result.output
}
