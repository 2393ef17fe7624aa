import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { isTrimtabError } from '../../packages/trimtab/src/errors/trimtab-error.ts'
import { printOrigin } from '../../packages/trimtab/src/model/origin.ts'
import { loadConfig } from '../../packages/trimtab/src/plane/load-config.ts'
import { systemClock } from '../../packages/trimtab/src/primitives/time/clock.ts'
import { type Problem, printProblem, problemsOf } from '../../packages/trimtab/src/schema/problem.ts'
import { fileSource } from '../../packages/trimtab/src/sources/file.ts'
import type { Reading, Source } from '../../packages/trimtab/src/sources/source.ts'
import { asNobody } from '../support/as-nobody.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { type BadInputCase, badInputCases, badInputConfig, planted } from './bad-input-cases.ts'
import { writeEntries } from './folder-entries.ts'

const defaults = await loadConfig({ config: badInputConfig, sources: [] })

describe('bad input', () => {
  it('is a table of at least 80 cases with names of their own', () => {
    expect(badInputCases.length).toBeGreaterThanOrEqual(80)
    expect(new Set(badInputCases.map(({ name }) => name)).size).toBe(badInputCases.length)
  })

  it.each(badInputCases)('$name', async (input) => {
    const folder = tempFolder()
    writeEntries(folder, input.files)
    const sources = sourcesOf(input, folder)

    const readings = await withRights(input, folder, () => Promise.all(sources.map(read)))
    const end = await withRights(input, folder, () => load(sources))

    const { expect: expected } = input
    if ('refused' in expected) {
      if (end.ok) throw new Error('was accepted')
      expect(end.problems.map((problem) => summary(problem, folder))).toEqual(expected.refused)
      expectNoSecret(end.error, end.problems)
    } else {
      if (!end.ok) throw new Error(end.problems.map(printProblem).join('\n'))
      expect(end.config).toEqual({ ...defaults, ...expected.accepted })
      const warnings = readings.flatMap((reading) => (reading.kind === 'layer' ? reading.warnings : []))
      expect(warnings.map((problem) => summary(problem, folder))).toEqual(expected.warnings ?? [])
    }
    for (const reading of readings) {
      if (reading.kind === 'layer') expectNoSecret(undefined, reading.warnings)
      else expectNoSecret(reading, reading.kind === 'absent' ? [reading.problem] : reading.problems)
    }
  })
})

function sourcesOf({ files, sources }: BadInputCase, folder: string): readonly Source[] {
  if (sources !== undefined) return sources(folder)
  return Object.keys(files).map((name) => fileSource(join(folder, name)))
}

async function read(source: Source): Promise<Reading> {
  const reader = source.open({ clock: systemClock, random: () => 0, shape: badInputConfig.shape })
  try {
    return await reader.read(new AbortController().signal)
  } finally {
    await reader.close()
  }
}

type End =
  | { readonly ok: true; readonly config: object }
  | { readonly ok: false; readonly error: unknown; readonly problems: readonly Problem[] }

async function load(sources: readonly Source[]): Promise<End> {
  try {
    return { ok: true, config: await loadConfig({ config: badInputConfig, sources }) }
  } catch (error) {
    if (!isTrimtabError(error)) throw error
    return { ok: false, error, problems: problemsOf(error).filter(({ severity }) => severity === 'error') }
  }
}

/** `code place path`, the place relative to the folder. */
function summary({ code, origin, path }: Problem, folder: string): string {
  const place = origin && printOrigin(origin).replace(`${folder}/`, '')
  return [code, place, path].filter((part) => part !== undefined).join(' ')
}

function expectNoSecret(whole: unknown, problems: readonly Problem[]): void {
  const printed = [
    ...problems.map(printProblem),
    ...problems.map((problem) => JSON.stringify(problem)),
    inspect(whole, { depth: 20, showHidden: true }),
    JSON.stringify(whole) ?? '',
    String(whole),
    whole instanceof Error ? `${whole.stack} ${inspect(whole.cause, { depth: 20 })}` : '',
  ].join('\n')
  expect(printed).not.toContain(planted)
}

function withRights<T>({ files }: BadInputCase, folder: string, run: () => Promise<T>): Promise<T> {
  const isForbidden = Object.values(files).some(
    (entry) => typeof entry === 'object' && 'kind' in entry && entry.kind === 'forbidden',
  )
  return isForbidden ? asNobody(folder, run) : run()
}
