import { rmSync } from 'node:fs'
import { extname, join } from 'node:path'
import {
  createPlane,
  fileSource,
  loadConfig,
  objectSource,
  type Plane,
  printOrigin,
  type Problem,
  type Source,
} from 'trimtab'
import { expect, it } from 'vitest'
import { asNobody } from '../support/as-nobody.ts'
import { createWitness, expectAbsent } from '../support/no-leak.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { type BadInputCase, badInputCases, badInputConfig, goodContent, planted } from './bad-input-cases.ts'
import { type FolderEntries, writeEntries } from './folder-entries.ts'

const defaults = await loadConfig({ config: badInputConfig, sources: [] })
const good = { ...defaults, port: 9090 }
/** In the running configuration the whole time. */
const running = 'corr3ct-h0rse'
const explained = ['port', 'password', 'pool', 'pool.url', 'hosts', 'routes', 'names', 'verbose', 'free']

it.each(badInputCases)(
  '$name: what runs stays or is what is expected, nothing leaks, and good content clears all',
  async (input) => {
    const folder = tempFolder()
    const stage = createStage(input, folder)
    const witness = createWitness()
    stage.good()
    const base = objectSource({ password: running }, { name: 'base' })
    const plane = await createPlane({
      config: badInputConfig,
      sources: [base, ...stage.sources],
      logger: witness.logger,
    })
    witness.watch(plane)
    try {
      expect(withoutPassword(plane)).toEqual(good)

      const { snapshot } = plane
      stage.bad()
      const outcome = await withRights(input, folder, () => plane.reload())

      const { expect: expected } = input
      if ('refused' in expected) {
        expect(['load_failed', 'validation_failed']).toContain(outcome.status)
        const errors = outcome.problems.filter(({ severity }) => severity === 'error')
        expect(errors.map((problem) => summary(problem, folder))).toEqual(expected.refused)
        expect(plane.snapshot).toBe(snapshot)
        expect(witness.logger.lines.filter((line) => line.startsWith('error: '))).toHaveLength(expected.refused.length)
      } else {
        expect(['full_success', 'unchanged']).toContain(outcome.status)
        expect(withoutPassword(plane)).toEqual({ ...defaults, ...expected.accepted })
        const warnings = outcome.problems.map((problem) => summary(problem, folder))
        expect(warnings).toEqual(expect.arrayContaining([...(expected.warnings ?? [])]))
      }

      stage.good()
      const after = await plane.reload()
      expect(after.status).toBe(plane.snapshot === snapshot ? 'unchanged' : 'full_success')
      expect(withoutPassword(plane)).toEqual(good)
      expect(after.problems.filter(({ severity }) => severity === 'error')).toEqual([])
      expect(plane.state).toMatchObject({ pendingRestart: [], stuck: [], breaker: { kind: 'closed' } })
      for (const source of plane.sources) expect(source).toMatchObject({ state: 'read', staleSince: undefined })
      expectAbsent(witness.printed(plane, explained), [planted, running])
    } finally {
      await plane.close()
    }
    expectAbsent(witness.logger.lines.join('\n'), [planted, running])
  },
)

interface Stage {
  readonly sources: readonly Source[]
  good(): void
  bad(): void
}

/** The case's own files where they can hold good content; otherwise its sources take the place of one that is good. */
function createStage({ files, sources }: BadInputCase, folder: string): Stage {
  const own = sources?.(folder) ?? Object.keys(files).map((name) => fileSource(join(folder, name)))
  const clear = () => {
    for (const name of Object.keys(files)) rmSync(join(folder, name), { recursive: true, force: true })
  }
  const entries: FolderEntries = Object.fromEntries(
    Object.keys(files).flatMap((name) => {
      const content = goodContent[extname(name)]
      return content === undefined ? [] : [[name, content]]
    }),
  )
  if (Object.keys(entries).length > 0) {
    const write = (next: FolderEntries) => () => {
      clear()
      writeEntries(folder, next)
    }
    return { sources: own.map((source) => gated(source, source, () => true)), good: write(entries), bad: write(files) }
  }
  writeEntries(folder, files)
  let isBad = false
  const replacement = objectSource({ port: 9090 })
  return {
    sources: own.map((source) => gated(source, replacement, () => isBad)),
    good: () => void (isBad = false),
    bad: () => void (isBad = true),
  }
}

/** A source that is not followed, and gives what another one does until `isOpen`. */
function gated(source: Source, closed: Source, isOpen: () => boolean): Source {
  return {
    ...source,
    open(host) {
      const readers = { open: source.open(host), closed: closed.open(host) }
      return {
        read: (signal) => (isOpen() ? readers.open : readers.closed).read(signal),
        async close() {
          await Promise.all([readers.open.close(), readers.closed.close()])
        },
      }
    },
  }
}

function withoutPassword({ config }: Plane<{ password?: unknown }>): object {
  const { password: _, ...rest } = config
  return rest
}

/** `code place path`, the place relative to the folder. */
function summary({ code, origin, path }: Problem, folder: string): string {
  const place = origin && printOrigin(origin).replace(`${folder}/`, '')
  return [code, place, path].filter((part) => part !== undefined).join(' ')
}

function withRights<T>({ files }: BadInputCase, folder: string, run: () => Promise<T>): Promise<T> {
  const isForbidden = Object.values(files).some(
    (entry) => typeof entry === 'object' && 'kind' in entry && entry.kind === 'forbidden',
  )
  return isForbidden ? asNobody(folder, run) : run()
}
