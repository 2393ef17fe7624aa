import { type Segments, printPath } from '../../../model/path.ts'
import { type Json, type JsonObject, isPlainObject } from '../../../primitives/json.ts'
import { nearestName } from '../../../schema/check/did-you-mean.ts'
import { matchName } from '../../text/match-name.ts'
import { shapeAt } from '../../text/shape-at.ts'
import { type TextSetting, layerOfTexts } from '../../text/layer-of-texts.ts'
import { levelSeparator, variableNames } from '../../text/variable-names.ts'
import { type Assignment, type ParseText, readAssignments } from './dotenv-assignments.ts'
import type { Format, FormatInput, Parsed } from '../format.ts'
import { type FormatReport, createFormatReport } from '../format-report.ts'
import type { Place } from '../place.ts'
import { type TextLines, textLines } from '../text-lines.ts'

/**
 * `.env`: `POOL__MAX=20` sets `pool.max`, by the rules of variables of the environment. A person wrote every line, so
 * that a name which means nothing is a mistake.
 */
export async function loadDotenvFormat(): Promise<Format> {
  const { parse: parseText } = await import('dotenv')
  return { parse: (input) => parse(input, (text) => parseText(text)) }
}

function parse(input: FormatInput, parseText: ParseText): Parsed {
  const { source, file, text } = input
  const lines = textLines(file, text)
  const report = createFormatReport(source, lines)
  const settings = settingsOf(readAssignments(text, lines, report, parseText), input, report)
  if (!report.isEmpty) return { ok: false, problems: report.problems() }
  // What stands above comes first, so that the deeper one wins.
  const sorted = settings.toSorted((a, b) => a.path.length - b.path.length)
  const layer = layerOfTexts(
    source,
    sorted.map(({ offset, ...setting }): TextSetting => ({ ...setting, location: lines.locate(offset) })),
  )
  if (!layer.ok) return { ok: false, problems: layer.error }
  return { ok: true, tree: layer.value.tree, place: placesOf(layer.value.tree, sorted, lines) }
}

type Setting = Omit<TextSetting, 'location'> & { readonly offset: number }

function settingsOf(assignments: readonly Assignment[], input: FormatInput, report: FormatReport): readonly Setting[] {
  const byPath = new Map<string, Assignment>()
  const settings: Setting[] = []
  for (const assignment of assignments) {
    const { value: text, valueOffset: offset } = assignment
    const path = meaningOf(assignment, input, report)
    const shape = path && shapeAt(input.shape, path)
    if (path === undefined || shape === undefined) continue
    if (text === '' && shape.takesAnyText !== true) continue
    const first = byPath.get(printPath(path))
    if (first !== undefined) {
      const message = 'another name in this file sets the same field'
      report.add({
        code: 'duplicate_key',
        message,
        hint: 'Remove one of the two.',
        offset: assignment.nameOffset,
        path,
      })
      continue
    }
    byPath.set(printPath(path), assignment)
    settings.push({ path, shape, text, offset })
  }
  return settings
}

/** The place that a name sets; undefined where it is none of ours, or has just been reported. */
function meaningOf({ name, nameOffset }: Assignment, input: FormatInput, report: FormatReport): Segments | undefined {
  const { prefix, mapped } = input.names
  const given = mapped.get(name)
  if (given !== undefined) return given
  if (prefix === undefined || !name.startsWith(prefix)) return undefined
  const match = matchName(input.shape, name.slice(prefix.length).split(levelSeparator))
  switch (match.kind) {
    case 'match':
      return match.path
    case 'unknown': {
      const suggestion = nearestName(name.slice(prefix.length), variableNames(input.shape))
      const hint = suggestion === undefined ? unknownHint : `Did you mean ${prefix}${suggestion}?`
      report.add({ code: 'unknown_key', message: 'this name matches no field', hint, offset: nameOffset })
      return undefined
    }
    case 'ambiguous': {
      const message = `this name can mean ${match.candidates.join(' and ')}`
      const hint = 'Say which one is meant with the option map.'
      report.add({ code: 'ambiguous_name', message, hint, offset: nameOffset })
      return undefined
    }
    default:
      return match satisfies never
  }
}

const unknownHint = 'Remove it; when the file has names for others as well, give the option prefix or map.'

/** A value stands where the nearest name above it does; a group that only its members make stands nowhere. */
function placesOf(tree: JsonObject, settings: readonly Setting[], lines: TextLines): Place {
  const offsets = new Map(settings.map(({ path, offset }) => [printPath(path), offset]))
  const placeOf = (value: Json, path: Segments, above: number | undefined): Place => {
    const offset = offsets.get(printPath(path)) ?? above
    if (!isPlainObject(value)) return { lines, offset }
    const members = Object.entries(value).map(([key, child]) => [key, placeOf(child, [...path, key], offset)] as const)
    return { lines, offset, members: new Map(members) }
  }
  return placeOf(tree, [], undefined)
}
