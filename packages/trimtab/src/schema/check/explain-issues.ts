import { type Segments, printPath, valueAt } from '../../model/path.ts'
import type { Origin, PlacePart } from '../../model/origin.ts'
import { type JsonObject, typeName } from '../../primitives/json.ts'
import type { Problem } from '../problem.ts'
import { marksAt, type ObjectShape, type Shape, shapesAt } from '../shape.ts'
import { unitIssue } from '../units.ts'
import type { ValidationContext } from '../validation.ts'
import { anyOf, valuesPhrase } from '../zod/expected.ts'
import { isThrewParams } from '../zod/own-code.ts'
import { bestOption, type Issue } from './best-option.ts'
import { unknownKeyProblem } from './unknown-key.ts'

/** The message of an issue whose author wrote none: zod's own would show literals and patterns. */
export const noMessage = '\u0000'

export interface Explanation {
  readonly problems: readonly Problem[]
  /** The keys that the schema does not know, which validation can be repeated without. */
  readonly unknown: readonly Segments[]
}

export interface ExplainOptions {
  readonly root: ObjectShape
  readonly input: JsonObject
  readonly context: ValidationContext
  /** Whether a text of the schema's author may be shown. */
  readonly mayShow: (message: string) => boolean
}

/** What zod found, in our words: without a value, and without what the schema says of secrets. */
export function explainIssues(issues: readonly Issue[], options: ExplainOptions): Explanation {
  const { root, input, context, mayShow } = options
  const problems: Problem[] = []
  const unknown: Segments[] = []

  function explain(issue: Issue, base: Segments): void {
    const path = [...base, ...toSegments(issue.path)]
    switch (issue.code) {
      case 'unrecognized_keys':
        for (const key of issue.keys) explainUnknown([...path, key], path)
        return
      case 'invalid_union':
        explainUnion(issue, path)
        return
      case 'invalid_key':
        explainKey(issue, path)
        return
      default:
        problems.push(problemOf(issue, path))
    }
  }

  function explainUnknown(path: Segments, parent: Segments): void {
    const problem = unknownKeyProblem(path, shapesAt(root, parent), context)
    const isWritten = valueAt(input, path) !== undefined
    if (isWritten) unknown.push(path)
    // A key that a preprocessing made can't be taken away from what was written.
    const made = { severity: 'error', message: 'is no known setting, but the schema itself makes it' } as const
    problems.push(isWritten ? problem : { ...problem, ...made })
  }

  function explainUnion(issue: Extract<Issue, { code: 'invalid_union' }>, path: Segments): void {
    const failure = bestOption(issue.errors)
    switch (failure.kind) {
      case 'option':
        for (const inner of failure.issues) explain(inner, path)
        return
      case 'literal':
        problems.push(problemOf({ ...issue, path: [] }, [...path, ...toSegments([failure.key])]))
        return
      case 'none':
        problems.push(problemOf(issue, path))
        return
      default:
        failure satisfies never
    }
  }

  function explainKey(issue: Extract<Issue, { code: 'invalid_key' }>, path: Segments): void {
    const [first] = issue.issues
    const written = first !== undefined && isShown(first, path) ? first.message : undefined
    const expected = shapesAt(root, path.slice(0, -1)).flatMap((shape) =>
      shape.kind === 'record' && shape.keyExpected !== undefined ? [shape.keyExpected] : [],
    )
    const message = `is not an allowed key${expected.length === 0 ? '' : `: expected ${anyOf(expected)}`}`
    problems.push({ ...placeOf(path, 'key'), code: 'key_invalid', severity: 'error', message: written ?? message })
  }

  function isShown(issue: Issue, path: Segments): boolean {
    return issue.message !== noMessage && !marksAt(root, path).secret && mayShow(issue.message)
  }

  function problemOf(issue: Issue, path: Segments): Problem {
    const params: unknown = issue.code === 'custom' ? issue.params : undefined
    const place = { ...placeOf(path), severity: 'error' } as const
    if (isThrewParams(params)) {
      return {
        ...place,
        code: 'not_allowed',
        message: `could not be checked: the schema's own code threw ${params.what}`,
      }
    }
    const finding = findingOf(issue, path)
    if (params !== unitIssue && isShown(issue, path)) return { ...place, code: finding.code, message: issue.message }
    return { ...place, ...finding }
  }

  function findingOf(issue: Issue, path: Segments): Pick<Problem, 'code' | 'message' | 'hint'> {
    const shapes = shapesAt(root, path)
    const value = valueAt(input, path)
    const expected = expectedAt(issue, shapes)
    if (value === undefined && issue.code !== 'custom') {
      return { code: 'required', message: `is required: expected ${expected}`, hint: undefined }
    }
    const received = typeName(value)
    if (
      issue.code === 'invalid_union' &&
      issue.inclusive === false &&
      issue.discriminator === undefined &&
      issue.errors.length === 0
    ) {
      return { code: 'not_allowed', message: 'fits more than one of the allowed forms', hint: undefined }
    }
    if (isWrongType(issue, value)) {
      const hint = hintFor(issue, shapes, value)
      return { code: 'wrong_type', message: `expected ${expected}, received ${received}`, hint }
    }
    if (issue.code === 'custom' && (shapes.length === 0 || shapes.some((shape) => shape.kind !== 'leaf'))) {
      return { code: 'not_allowed', message: 'is refused by a rule of the schema', hint: undefined }
    }
    return { code: 'not_allowed', message: `expected ${expected}, received another ${received}`, hint: undefined }
  }

  function placeOf(path: Segments, part?: PlacePart): Pick<Problem, 'path' | 'origin'> {
    return { path: path.length === 0 ? undefined : printPath(path), origin: originOf(path, part) }
  }

  /** Where a value stands, or where the one around it stands, to which it has to be added. */
  function originOf(path: Segments, part?: PlacePart): Origin | undefined {
    for (let length = path.length; length > 0; length -= 1) {
      const origin = context.origin(path.slice(0, length), part)
      if (origin !== undefined) return origin
    }
    return undefined
  }

  for (const issue of issues) explain(issue, [])
  return { problems, unknown }
}

function expectedAt(issue: Issue, shapes: readonly Shape[]): string {
  const [only, ...others] = shapes
  if (only === undefined) return 'a value that the schema accepts'
  const isListed = others.length === 0 && only.kind === 'leaf' && only.allowed !== undefined
  // A codec lists values that are none of the shape's: `z.stringbool()`.
  if (issue.code === 'invalid_value' && !isListed && !shapes.some((shape) => shape.marks.secret) && only.transformed) {
    return valuesPhrase(issue.values, false)
  }
  return anyOf(shapes.map((shape) => shape.expected))
}

function isWrongType(issue: Issue, value: unknown): boolean {
  const received = typeName(value)
  if (issue.code === 'invalid_type') return kindName(issue.expected) !== received
  if (issue.code === 'invalid_value') return issue.values.every((allowed) => typeName(allowed) !== received)
  if (issue.code !== 'invalid_union') return false
  return issue.errors.length > 0 && issue.errors.every((inner) => inner.some((each) => isWholeWrongType(each, value)))
}

function isWholeWrongType(issue: Issue, value: unknown): boolean {
  return issue.path.length === 0 && isWrongType(issue, value)
}

function kindName(expected: string): string {
  if (expected === 'int') return 'number'
  if (expected === 'tuple') return 'array'
  return expected === 'record' ? 'object' : expected
}

function hintFor(issue: Issue, shapes: readonly Shape[], value: unknown): string | undefined {
  const [shape, ...others] = shapes
  if (shape === undefined || others.length > 0) return undefined
  if (value === null && shape.kind !== 'leaf') return 'Leave the key out, or write something under it.'
  if (shape.kind !== 'leaf' || shape.transformed) return undefined
  if (typeof value === 'string' && !shape.marks.secret && typeof shape.fromText(value) !== 'string') {
    return 'Write it without quotes.'
  }
  const wantsText = issue.code === 'invalid_type' && issue.expected === 'string'
  return wantsText && (typeof value === 'number' || typeof value === 'boolean') ? 'Write it in quotes.' : undefined
}

function toSegments(path: readonly PropertyKey[]): Segments {
  return path.map((key) => (typeof key === 'number' ? key : String(key)))
}
