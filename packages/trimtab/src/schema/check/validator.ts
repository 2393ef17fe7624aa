import { z } from 'zod'
import { isTrimtabError } from '../../errors/trimtab-error.ts'
import { printPath, type Segments } from '../../model/path.ts'
import { emptyRecord, type Json, type JsonObject } from '../../primitives/json.ts'
import type { Problem } from '../problem.ts'
import type { ObjectShape } from '../shape.ts'
import type { Validation, ValidationContext } from '../validation.ts'
import type { Node } from '../zod/node.ts'
import { schemaInvalid } from '../zod/refused.ts'
import type { Issue } from './best-option.ts'
import { explainIssues, noMessage } from './explain-issues.ts'
import { findNotJson } from './not-json.ts'
import { screenTree } from './screen.ts'
import { secretTextsOf } from './secret-texts.ts'

export interface ValidatorOptions {
  readonly schema: Node
  readonly root: ObjectShape
  /** Texts that the schema itself keeps secret: defaults and literals of secrets. */
  readonly secretTexts: ReadonlySet<string>
}

type Parsed =
  | { readonly kind: 'valid'; readonly output: unknown }
  | { readonly kind: 'invalid'; readonly issues: readonly Issue[] }
  | { readonly kind: 'threw' }

/** Validates trees against one schema: typed values, or all problems at once. */
export function createValidator({ schema, root, secretTexts }: ValidatorOptions) {
  return function validate(tree: JsonObject, context: ValidationContext): Validation {
    const screened = screenTree(root, tree, context)
    const findings: Problem[] = [...screened.problems]
    let written: ReadonlySet<string> | undefined
    const mayShow = (message: string) => {
      written ??= secretTextsOf(root, tree)
      return !containsAny(message, [secretTexts, written])
    }

    // An ambiguous union tells its unknown keys only by failing: then it is asked again without them.
    for (let input = screened.tree; ; ) {
      const parsed = parse(schema, input)
      if (parsed.kind === 'threw') return failed([...findings, threw])
      if (parsed.kind === 'valid') return settle(parsed.output, input, findings, context)
      const { problems, unknown } = explainIssues(parsed.issues, { root, input, context, mayShow })
      if (unknown.length === 0) return failed([...findings, ...problems])
      findings.push(...problems.filter((problem) => problem.code === 'unknown_key'))
      input = unknown.reduce<JsonObject>((rest, path) => without(rest, path), input)
    }
  }
}

const threw: Problem = {
  code: 'not_allowed',
  severity: 'error',
  message: "could not be checked: the schema's own code threw",
}

function settle(
  output: unknown,
  input: JsonObject,
  findings: readonly Problem[],
  context: ValidationContext,
): Validation {
  const notJson = findNotJson(output).map(({ path, what }): Problem => {
    const message = `the schema makes ${what} of it, which is not JSON`
    const hint = 'Let the schema give plain data, and make the rest of it where it is used.'
    return { code: 'not_json', severity: 'error', message, path: printPath(path), origin: context.origin(path), hint }
  })
  const problems = [...findings, ...notJson]
  if (problems.some((problem) => problem.severity === 'error')) return failed(problems)
  return { ok: true, output, input, warnings: problems }
}

function failed(problems: readonly Problem[]): Validation {
  const known = new Set<string>()
  const isNew = ({ code, path, message }: Problem) => {
    const key = [code, path, message].join('\n')
    return known.has(key) ? false : Boolean(known.add(key))
  }
  return { ok: false, problems: problems.filter(isNew) }
}

function parse(schema: Node, input: JsonObject): Parsed {
  try {
    // Whatever has no message of its author's gets this one instead of zod's.
    const result = z.core.safeParse(schema, input, { error: () => noMessage })
    return result.success ? { kind: 'valid', output: result.data } : { kind: 'invalid', issues: result.error.issues }
  } catch (error) {
    if (isTrimtabError(error)) throw error
    if (error instanceof z.core.$ZodAsyncError) throw schemaInvalid('', 'is asynchronous. Make it synchronous.')
    // What it says could hold a value.
    return { kind: 'threw' }
  }
}

function containsAny(message: string, texts: readonly ReadonlySet<string>[]): boolean {
  return texts.some((set) => [...set].some((text) => message.includes(text)))
}

/** The tree without the value at `path`; everything beside the way there is shared. */
function without(tree: JsonObject, path: Segments): JsonObject {
  // The root is an object, and a path has at least one key.
  return drop(tree, path) as JsonObject
}

function drop(value: Json, [key, ...rest]: Segments): Json {
  if (Array.isArray(value)) {
    return Object.freeze(value.map((child: Json, index) => (index === key ? drop(child, rest) : child)))
  }
  if (typeof value !== 'object' || value === null) return value
  const copy = emptyRecord<Json>()
  for (const [name, child] of Object.entries(value)) {
    if (name !== key) copy[name] = child
    else if (rest.length > 0) copy[name] = drop(child, rest)
  }
  return Object.freeze(copy)
}
