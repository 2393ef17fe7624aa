import type { TrimtabError } from '../errors/trimtab-error.ts'
import { type Origin, printLocation } from '../model/origin.ts'
import { parsePath, printPath, type Segments } from '../model/path.ts'
import { sourceName, type SourceName } from '../model/source-name.ts'
import { compareText } from '../primitives/json.ts'
import type { Problem } from '../schema/problem.ts'
import { nearestName } from '../schema/check/did-you-mean.ts'
import type { ObjectShape } from '../schema/shape.ts'
import type { Environment } from './references/environment-resolver.ts'
import { checkSourceOptions, option, optionInvalid, type OptionRules } from './source-options.ts'
import type { Reading, Source } from './source.ts'
import { isServiceAddress, isServiceName, serviceHint } from './text/kubernetes.ts'
import { layerOfTexts, type TextSetting } from './text/layer-of-texts.ts'
import { matchName } from './text/match-name.ts'
import { whyNotSettable } from './text/settable-path.ts'
import { shapeAt } from './text/shape-at.ts'
import { levelSeparator, variableNames } from './text/variable-names.ts'

/** Which variables are meant, and what they set. */
export interface EnvSourceOptions {
  /** What the names of the variables begin with: `APP_`. Empty only where `map` says which variables are meant. */
  readonly prefix: string
  /** Variables whose names are given, and the paths they set: `{ DATABASE_URL: 'pool.url' }`. */
  readonly map?: Readonly<Record<string, string>> | undefined
  /** The variables; those of the process, as they are when a plane opens the source, if it is left away. */
  readonly env?: Environment | undefined
  /** What the source is called, after `env:`; the prefix, if it is left away. */
  readonly name?: string | undefined
}

/**
 * Variables of the environment: `APP_POOL__MAX=20` sets `pool.max`. Two underscores go one level down; names are
 * compared with the schema's without regard to case, `_` and `-`. A key of a record is taken in lower case; a list is
 * given as a whole, as JSON or separated by commas. Texts are converted to the type of the field.
 *
 * An empty variable is unset, unless its field is a string. One that sets an object (as JSON) and another that sets a
 * field in it add up, the deeper one wins. A variable under the prefix that matches nothing is warned of and never
 * refused. Two variables that set one place to different texts, and a name that means two fields, are problems, whether
 * they come from the prefix or from `map`.
 *
 * The environment is read once: it does not change while the process runs. Throws `option_invalid`, for a path of `map`
 * that the schema does not know when a plane opens it.
 *
 * @example
 * envSource({ prefix: 'APP_', map: { DATABASE_URL: 'pool.url' } })
 */
export function envSource(options: EnvSourceOptions): Source {
  checkSourceOptions(maker, options, rules)
  const { prefix, map = {}, name: given } = options
  const mapped = new Map(Object.entries(map).map(([variable, path]) => [variable, mappedPath(variable, path)]))
  if (prefix === undefined) throw invalid('prefix', "say what the names begin with, like { prefix: 'APP_' }")
  if (prefix === '' && mapped.size === 0) {
    throw invalid('prefix', 'without a prefix every variable would be meant: give one, or a map alone')
  }
  const name = sourceName('env', given ?? (prefix === '' ? 'map' : prefix))

  return Object.freeze<Source>({
    name,
    optional: false,
    strict: false,
    references: 'local',
    follows: 'never',
    open({ shape }) {
      for (const [variable, path] of mapped) {
        if (shapeAt(shape, path) === undefined) {
          throw invalid(`map.${variable}`, `the schema has no ${printPath(path)}`)
        }
      }
      const reading = readVariables({ source: name, prefix, mapped, shape, variables: options.env ?? process.env })
      return { read: async () => reading, close: async () => {} }
    },
  })
}

const maker = 'envSource'

const rules: OptionRules<EnvSourceOptions> = {
  prefix: option.text,
  map: option.map,
  env: option.variables,
  name: option.name,
}

interface Variables {
  readonly source: SourceName
  readonly prefix: string
  readonly mapped: ReadonlyMap<string, Segments>
  readonly shape: ObjectShape
  readonly variables: Environment
}

interface Finding {
  readonly settings: readonly TextSetting[]
  readonly problems: readonly Problem[]
}

const nothing: Finding = { settings: [], problems: [] }

function readVariables(options: Variables): Reading {
  const { source, variables } = options
  // The order of an environment means nothing.
  const findings = Object.entries(variables)
    .sort(([a], [b]) => compareText(a, b))
    .map(([variable, text]) => (text === undefined ? nothing : findSetting(variable, text, options)))
  const settings = findings.flatMap((finding) => finding.settings)
  const problems = [...findings.flatMap((finding) => finding.problems), ...conflicts(source, settings)]

  // What stands above comes first, so that the deeper one wins.
  const layer = layerOfTexts(
    source,
    settings.toSorted((a, b) => a.path.length - b.path.length),
  )
  if (!layer.ok) problems.push(...layer.error)
  const warnings = problems.filter(({ severity }) => severity === 'warning')
  if (!layer.ok || warnings.length < problems.length) return { kind: 'unreadable', problems }
  return { kind: 'layer', layer: layer.value, warnings }
}

function findSetting(variable: string, text: string, options: Variables): Finding {
  const { source, prefix, mapped, shape } = options
  const location = { kind: 'variable', name: variable } as const
  const origin: Origin = { source, location }
  const set = (path: Segments): Finding => {
    const field = shapeAt(shape, path)
    if (field === undefined) return nothing
    if (field.takesAnyText !== true) {
      if (text === '') return nothing
      if (isServiceAddress(variable, text)) return { settings: [], problems: [serviceWarning(origin, path)] }
    }
    return { settings: [{ path, shape: field, text, location }], problems: [] }
  }

  const given = mapped.get(variable)
  if (given !== undefined) return set(given)
  if (prefix === '' || !variable.startsWith(prefix)) return nothing
  const match = matchName(shape, variable.slice(prefix.length).split(levelSeparator))
  switch (match.kind) {
    case 'match':
      return set(match.path)
    case 'unknown':
      return { settings: [], problems: [unknownWarning(origin, variable, text, options)] }
    case 'ambiguous': {
      if (text === '') return nothing
      const hint = `Say which one is meant: map: { ${variable}: '${match.candidates[0]}' }.`
      const message = `can mean ${match.candidates.join(' and ')}`
      return { settings: [], problems: [{ code: 'ambiguous_name', severity: 'error', message, origin, hint }] }
    }
    default:
      return match satisfies never
  }
}

/** Two variables for one place: which one was meant cannot be told, unless they say the same. */
function conflicts(source: SourceName, settings: readonly TextSetting[]): readonly Problem[] {
  const first = new Map<string, TextSetting>()
  const problems: Problem[] = []
  for (const setting of settings) {
    const path = printPath(setting.path)
    const other = first.get(path)
    if (other === undefined) first.set(path, setting)
    else if (other.text !== setting.text) {
      const origin = { source, location: setting.location }
      const message = `is set by ${printLocation(other.location)} as well, to something else`
      problems.push({
        code: 'ambiguous_name',
        severity: 'error',
        path,
        origin,
        message,
        hint: 'Remove one of the two.',
      })
    }
  }
  return problems
}

function serviceWarning(origin: Origin, path: Segments): Problem {
  const message = 'holds the address of a Kubernetes service and is not used'
  return { code: 'unknown_key', severity: 'warning', path: printPath(path), origin, message, hint: serviceHint }
}

function unknownWarning(origin: Origin, variable: string, text: string, { prefix, shape }: Variables): Problem {
  const name = variable.slice(prefix.length)
  const warning = {
    code: 'unknown_key',
    severity: 'warning',
    origin,
    message: 'is not a known setting and is ignored',
  } as const
  if (isServiceName(variable) || isServiceAddress(variable, text)) return { ...warning, hint: serviceHint }
  const suggestion = nearestName(name, variableNames(shape))
  return suggestion === undefined ? warning : { ...warning, hint: `Did you mean ${prefix}${suggestion}?` }
}

function mappedPath(variable: string, path: string): Segments {
  const segments = parsePath(path)
  const why = whyNotSettable(segments)
  if (why !== undefined) throw invalid(`map.${variable}`, why)
  return segments
}

function invalid(name: string, why: string): TrimtabError {
  return optionInvalid(maker, `option ${name}`, why)
}
