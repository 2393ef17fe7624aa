import { z } from 'zod'
import { type PlacePart, printLocation } from '../../packages/trimtab/src/model/origin.ts'
import { parsePath } from '../../packages/trimtab/src/model/path.ts'
import { sourceName } from '../../packages/trimtab/src/model/source-name.ts'
import { type Problem, printProblem } from '../../packages/trimtab/src/schema/problem.ts'
import type { Format, NameOptions, Parsed } from '../../packages/trimtab/src/sources/formats/format.ts'
import { locateIn } from '../../packages/trimtab/src/sources/formats/place.ts'
import { shapeFor } from './shape-for.ts'

const anyShape = shapeFor(z.object({}))

/** Parses a text as the file `f`. */
export function parseText(format: Format, text: string, shape = anyShape, names: Partial<NameOptions> = {}): Parsed {
  return format.parse({
    source: sourceName('file', 'f'),
    file: 'f',
    text,
    shape,
    names: { prefix: '', mapped: new Map(), ...names },
  })
}

/** The tree as plain data; fails the test when there is none. */
export function treeOf(parsed: Parsed): unknown {
  if (!parsed.ok) throw new Error(`refused:\n${parsed.problems.map(printProblem).join('\n')}`)
  return JSON.parse(JSON.stringify(parsed.tree))
}

/** Line and column of the value at a path, or of its key; `f` alone where it stands at no one place. */
export function placeAt(parsed: Parsed, path: string, part?: PlacePart): string {
  if (!parsed.ok) throw new Error(`refused:\n${parsed.problems.map(printProblem).join('\n')}`)
  return printLocation(locateIn(parsed.place, parsePath(path), part))
}

/** What is wrong, as `code line:column`. */
export function refusals(parsed: Parsed): readonly string[] {
  return parsed.ok ? [] : parsed.problems.map((problem) => `${problem.code} ${placeOf(problem)}`)
}

/** The line and column a problem names, without the file. */
function placeOf({ origin }: Problem): string {
  return origin?.location === undefined ? 'nowhere' : printLocation(origin.location).replace(/^[^:]*:/, '')
}
