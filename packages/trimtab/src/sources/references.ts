import { TrimtabError } from '../errors/trimtab-error.ts'
import type { Origin } from '../model/origin.ts'
import type { Segments } from '../model/path.ts'
import { adopt } from '../model/share.ts'
import type { Clock } from '../primitives/time/clock.ts'
import type { JsonObject } from '../primitives/json.ts'
import { err, ok, type Result } from '../primitives/result.ts'
import type { Problem } from '../schema/problem.ts'
import { type ObjectShape, shapesAt } from '../schema/shape.ts'
import { createAllowList, type ReferenceAllowList } from './references/allow-list.ts'
import { type Answer, askNames, type Question, questionKey } from './references/ask-names.ts'
import { createReferenceFinder, type FoundText } from './references/find-references.ts'
import { isScheme, type Reference } from './references/parse-references.ts'
import {
  keptWarning,
  notSecretProblem,
  type ReferencePlace,
  referenceProblem,
  unclosedProblem,
  unusableProblem,
} from './references/reference-problem.ts'
import { type Replacement, replaceTexts } from './references/replace-texts.ts'
import { resolvedValue } from './references/resolved-value.ts'
import type { ReferenceResolver } from './references/resolver.ts'
import type { ReferenceTrust } from './source.ts'

export interface ReferencesOptions {
  /** One for each scheme; a `${…}` with another scheme is plain text. */
  readonly resolvers: readonly ReferenceResolver[]
  /** What layers that are not local may refer to: nothing, if it is left away. */
  readonly allow?: ReferenceAllowList | undefined
  readonly clock: Clock
  /** Milliseconds that each name may take. The default is 10 s. */
  readonly timeout?: number | undefined
}

/** What has to be known about the tree whose references are resolved. */
export interface ReferenceContext {
  readonly shape: ObjectShape
  /** How far the layer is trusted that set the value at a place; inside an array, the layer that set the array. */
  trustAt(path: Segments): ReferenceTrust
  /** Who set the value at a place, for problems. */
  origin(path: Segments): Origin | undefined
  readonly signal?: AbortSignal | undefined
  /** The last good result: what it shares is shared again, and its values stand in for names that fail now. */
  readonly previous?: Resolved | undefined
}

/** A tree whose references have been replaced by values. It holds secrets in clear. */
export interface Resolved {
  readonly tree: JsonObject
  /** The places whose text held a reference. What stands at and below them is secret, whatever the schema says. */
  readonly paths: readonly Segments[]
  /** Every reference that was used, once: to be watched. */
  readonly names: readonly Reference[]
  /** Names that could not be read again, and keep the value they had. */
  readonly warnings: readonly Problem[]
}

/** What became of a tree. A failure also names what was asked for: when one of those changes, it may succeed. */
type Resolution =
  | { readonly ok: true; readonly value: Resolved }
  | { readonly ok: false; readonly error: readonly Problem[]; readonly names: readonly Reference[] }

export interface References {
  /**
   * Replaces the references in the values of a merged tree, on a copy that shares whatever holds none. What a reference
   * gives is never expanded again. Text that is a reference and nothing else is converted to the type of its field.
   * Gives every problem at once; rejects only when the signal aborts.
   */
  resolve(written: JsonObject, context: ReferenceContext): Promise<Resolution>
  /** The values that references gave for a result, as they came: to be kept out of every text. */
  secretsOf(resolved: Resolved): readonly string[]
}

interface Place extends ReferencePlace {
  readonly parts: FoundText['parts']
  readonly trust: ReferenceTrust
}

type Answers = ReadonlyMap<string, Answer>

const defaultTimeout = 10_000
const longestTimeout = 2 ** 31 - 1

/**
 * Throws `option_invalid` for two resolvers of one scheme, a scheme that cannot be written, and an allow-list that admits
 * everything or cannot be understood.
 */
export function createReferences(options: ReferencesOptions): References {
  const { clock, timeout = defaultTimeout } = options
  if (!(timeout > 0 && timeout <= longestTimeout))
    throw invalid('timeout', `expected milliseconds, received ${timeout}`)
  const resolvers = byScheme(options.resolvers)
  const allowList = createAllowList(options.allow)
  const find = createReferenceFinder(new Set(resolvers.keys()))
  // Beside the results and not in them: values go away with the result they belong to, and printing it shows none.
  const valuesOf = new WeakMap<Resolved, ReadonlyMap<string, string>>()

  return {
    async resolve(written, { shape, trustAt, origin, signal, previous }) {
      const found = find(written)
      if (found.length === 0) {
        return { ok: true, value: Object.freeze({ tree: written, paths: [], names: [], warnings: [] }) }
      }

      const places = found.map(({ path, parts }) => ({ path, parts, origin: origin(path), trust: trustAt(path) }))
      const questions = places.filter((place) => !isRefused(place, shape)).flatMap(questionsOf)
      const lastGood = (previous && valuesOf.get(previous)) ?? new Map<string, string>()
      const answers = await askNames(questions, { resolvers, allowList, clock, timeout, signal, lastGood })

      const problems = places.flatMap((place) => problemsAt(place, shape, answers))
      const names = distinct(questions, answers)
      if (problems.some(({ severity }) => severity === 'error')) return { ok: false, error: problems, names }
      const replaced = replaceAll(written, places, shape, answers)
      if (!replaced.ok) return { ok: false, error: replaced.error, names }

      const withReferences = places.filter((place) => questionsOf(place).length > 0)
      const resolved: Resolved = Object.freeze({
        tree: previous === undefined ? replaced.value : adopt(replaced.value, previous.tree),
        paths: Object.freeze(withReferences.map(({ path }) => path)),
        names,
        warnings: Object.freeze(problems),
      })
      valuesOf.set(resolved, valuesIn(answers))
      return { ok: true, value: resolved }
    },
    secretsOf: (resolved) => [...new Set(valuesOf.get(resolved)?.values())].filter((value) => value !== ''),
  }
}

function questionsOf({ parts, trust }: Place): readonly Question[] {
  return parts.flatMap((part) => (part.kind === 'reference' ? [{ reference: part.reference, trust }] : []))
}

/** Who may publish must not be able to have the machine's secrets shown: outside secret fields nothing is asked. */
function isRefused({ path, trust }: Place, shape: ObjectShape): boolean {
  return trust !== 'local' && !isSecretForSure(shape, path)
}

/** Stricter than `marksAt`: where one option of a union is secret and another is not, this says no. */
function isSecretForSure(shape: ObjectShape, path: Segments): boolean {
  for (let length = path.length; length >= 0; length -= 1) {
    const shapes = shapesAt(shape, path.slice(0, length))
    // The schema does not describe what is below a leaf, and knows no unknown keys: the nearest place it knows decides.
    if (shapes.length > 0) return shapes.every(({ marks }) => marks.secret)
  }
  return false
}

function problemsAt(place: Place, shape: ObjectShape, answers: Answers): readonly Problem[] {
  return place.parts.flatMap((part): readonly Problem[] => {
    switch (part.kind) {
      case 'text':
        return []
      case 'unclosed':
        return [unclosedProblem(place, part.scheme)]
      case 'reference': {
        const { reference } = part
        if (isRefused(place, shape)) return [notSecretProblem(place, reference)]
        const answer = answers.get(questionKey({ reference, trust: place.trust }))
        if (answer?.kind === 'none') return [referenceProblem(place, reference, answer.failure)]
        return answer?.kind === 'kept' ? [keptWarning(place, reference, answer.failure)] : []
      }
      default:
        return part satisfies never
    }
  })
}

function replaceAll(
  written: JsonObject,
  places: readonly Place[],
  shape: ObjectShape,
  answers: Answers,
): Result<JsonObject, readonly Problem[]> {
  const replacements: Replacement[] = []
  const problems: Problem[] = []
  for (const place of places) {
    const value = resolvedValue(place, shape, (reference) => {
      const answer = answers.get(questionKey({ reference, trust: place.trust }))
      // Every reference without a value is a problem, and with one this is not reached.
      return answer === undefined || answer.kind === 'none' ? '' : answer.value
    })
    if (value.ok) replacements.push({ path: place.path, value: value.value })
    else problems.push(...value.error.map((flaw) => unusableProblem(place, flaw)))
  }
  return problems.length > 0 ? err(problems) : ok(replaceTexts(written, replacements))
}

function valuesIn(answers: Answers): ReadonlyMap<string, string> {
  return new Map([...answers].flatMap(([key, answer]) => (answer.kind === 'none' ? [] : [[key, answer.value]])))
}

/** Each name once. What is refused is not: nobody may have a name watched that they may not read. */
function distinct(questions: readonly Question[], answers: Answers): readonly Reference[] {
  const byName = new Map<string, Reference>()
  for (const question of questions) {
    const answer = answers.get(questionKey(question))
    if (answer?.kind === 'none' && answer.failure.kind === 'refused') continue
    const { scheme, name } = question.reference
    byName.set(JSON.stringify([scheme, name]), question.reference)
  }
  return Object.freeze([...byName.values()])
}

function byScheme(resolvers: readonly ReferenceResolver[]): ReadonlyMap<string, ReferenceResolver> {
  const map = new Map<string, ReferenceResolver>()
  for (const resolver of resolvers) {
    if (typeof resolver?.resolve !== 'function')
      throw invalid('resolvers', 'expected objects with scheme and resolve()')
    const { scheme } = resolver
    if (!isScheme(scheme))
      throw invalid('resolvers', `${JSON.stringify(scheme)} is no scheme; one is like vault or aws-sm`)
    if (map.has(scheme)) throw invalid('resolvers', `two of them have the scheme ${scheme}`)
    map.set(scheme, resolver)
  }
  return map
}

function invalid(option: string, why: string): TrimtabError {
  return new TrimtabError('option_invalid', `The option references.${option} is not possible: ${why}.`)
}
