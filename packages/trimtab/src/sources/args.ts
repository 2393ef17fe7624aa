import type { Location, Origin } from '../model/origin.ts'
import { parsePath, type Path, printPath, type Segments } from '../model/path.ts'
import { type SourceName, sourceName } from '../model/source-name.ts'
import type { Problem } from '../schema/problem.ts'
import { nearestName } from '../schema/check/did-you-mean.ts'
import { type ObjectShape, type Shape, shapesAt } from '../schema/shape.ts'
import { optionInvalid } from './source-options.ts'
import type { Reading, Source } from './source.ts'
import { layerOfTexts, type TextSetting } from './text/layer-of-texts.ts'
import { whyNotSettable } from './text/settable-path.ts'
import { shapeAt } from './text/shape-at.ts'

const option = '--set'
const usage = `Write ${option} path=value, like ${option} pool.max=20.`

/**
 * Arguments of the command: `--set pool.max=20` or `--set=pool.max=20`, any number of them, a later one before an
 * earlier one. Texts are converted to the type of the field. Everything else is somebody else's, and so is whatever
 * follows a `--`. Without `argv` the arguments of the process are read when a plane opens the source.
 *
 * A path that the schema does not know is a problem, because a person typed it.
 *
 * @example
 * argsSource() // node server.js --set pool.max=20 --set 'routes["/v1/*"].limit=5'
 */
export function argsSource(argv?: readonly string[]): Source {
  if (argv !== undefined && !(Array.isArray(argv) && argv.every((argument) => typeof argument === 'string'))) {
    throw optionInvalid('argsSource', 'list of arguments', "expected a list of texts, like ['--set', 'pool.max=20']")
  }
  const name = sourceName('args', option)
  return Object.freeze<Source>({
    name,
    optional: false,
    strict: true,
    references: 'local',
    follows: 'never',
    open({ shape }) {
      const reading = readArguments(name, argv ?? process.argv.slice(2), shape)
      return { read: async () => reading, close: async () => {} }
    },
  })
}

/** What follows one `--set`, and which argument that is, counted from 1. */
interface Assignment {
  readonly text: string | undefined
  readonly position: number
}

function readArguments(source: SourceName, argv: readonly string[], shape: ObjectShape): Reading {
  const settings: TextSetting[] = []
  const problems: Problem[] = []
  for (const assignment of assignments(argv)) {
    const result = readAssignment(source, assignment, shape)
    if ('code' in result) problems.push(result)
    else settings.push(result)
  }
  const layer = layerOfTexts(source, settings)
  if (layer.ok && problems.length === 0) return { kind: 'layer', layer: layer.value, warnings: [] }
  return { kind: 'unreadable', problems: layer.ok ? problems : [...problems, ...layer.error] }
}

function* assignments(argv: readonly string[]): Generator<Assignment> {
  for (let index = 0; index < argv.length; index += 1) {
    const argument = argv[index]
    if (argument === '--') return
    if (argument === option) {
      const isLast = index + 1 === argv.length
      if (!isLast) index += 1
      yield { text: isLast ? undefined : argv[index], position: index + 1 }
    } else if (argument?.startsWith(`${option}=`) === true) {
      yield { text: argument.slice(option.length + 1), position: index + 1 }
    }
  }
}

function readAssignment(source: SourceName, { text, position }: Assignment, shape: ObjectShape): TextSetting | Problem {
  // Until a path is known the text may be anything, a password too: its place in the command is shown, and not it.
  const unnamed: Origin = { source, location: { kind: 'argument', text: `${option} (argument ${position})` } }
  const refuse = (message: string, hint: string, origin = unnamed): Problem => {
    return { code: 'syntax', severity: 'error', origin, message, hint }
  }
  if (text === undefined) return refuse('nothing follows', usage)
  const equals = assignmentAt(text)
  if (equals < 0) return refuse('expected a path, = and a value, received no =', usage)
  const path = readPath(text.slice(0, equals))
  if (path === undefined || path.length === 0) return refuse('what stands before = cannot be read as a path', usage)

  const printed = printPath(path)
  const location: Location = { kind: 'argument', text: `${option} ${printed}` }
  const why = whyNotSettable(path)
  if (why !== undefined) return refuse(why, usage, { source, location })
  const field = shapeAt(shape, path)
  if (field === undefined) return unknownPath({ source, location }, path, shape)
  return { path, shape: field, text: text.slice(equals + 1), location }
}

/** Where the `=` between path and value stands; one in a quoted key is none. */
function assignmentAt(text: string): number {
  const path = /^(?:[^=["]|\[(?:\d+|"(?:[^"\\]|\\.)*")\])*/.exec(text)?.[0] ?? ''
  return text.charAt(path.length) === '=' ? path.length : text.indexOf('=')
}

function readPath(text: string): Segments | undefined {
  try {
    return parsePath(text)
  } catch {
    // What it says holds the text.
    return undefined
  }
}

function unknownPath(origin: Origin, path: Segments, shape: ObjectShape): Problem {
  const problem = {
    code: 'unknown_key',
    severity: 'error',
    path: printPath(path),
    origin,
    message: 'is not a known setting',
  } as const
  const suggestion = suggestPath(path, shape)
  return suggestion === undefined ? problem : { ...problem, hint: `Did you mean ${suggestion}?` }
}

/** The path with each wrong name replaced by the most similar one that the schema has there. */
function suggestPath(path: Segments, shape: ObjectShape): Path | undefined {
  const suggested: (string | number)[] = []
  for (const segment of path) {
    const isKnown = shapeAt(shape, [...suggested, segment]) !== undefined
    const known = isKnown ? segment : nearestName(String(segment), fieldNames(shapesAt(shape, suggested)))
    if (known === undefined) return undefined
    suggested.push(known)
  }
  return printPath(suggested)
}

function fieldNames(shapes: readonly Shape[]): readonly string[] {
  return shapes.flatMap((shape) => (shape.kind === 'object' ? [...shape.fields.keys()] : []))
}
