import { join } from 'node:path'
import type { Segments } from '../../model/path.ts'
import type { SourceName } from '../../model/source-name.ts'
import { abortable } from '../../primitives/concurrency/abort.ts'
import type { Clock } from '../../primitives/time/clock.ts'
import type { Problem } from '../../schema/problem.ts'
import type { ObjectShape } from '../../schema/shape.ts'
import type { Parsed } from '../formats/format.ts'
import type { Reading } from '../source.ts'
import type { FileTimings } from './file-options.ts'
import { type FileParser, createFileParser } from './file-parser.ts'
import { createFolderLayers } from './folder-layers.ts'
import { failedReading, failureProblem } from '../read-file.ts'
import { type FolderRead, type ReadFolderFile, readFolder } from './read-folder.ts'
import { readSettled } from './settled-read.ts'

export interface FolderReaderOptions {
  readonly source: SourceName
  /** How the folder is shown to people. */
  readonly folder: string
  readonly absolutePath: string
  readonly extensions: readonly string[] | undefined
  readonly shape: ObjectShape
  readonly timings: FileTimings
  readonly clock: Clock
}

/**
 * Reads the files of one folder, again and again, into one layer. A file that had content and is suddenly gone or empty
 * is looked for again, for at most `maximumWait`, before that counts.
 */
export function createFolderReader(options: FolderReaderOptions): (signal: AbortSignal) => Promise<Reading> {
  const { source, folder, absolutePath, extensions, shape, timings, clock } = options
  const toLayer = createFolderLayers(source, folder)
  let parsers: ReadonlyMap<string, FileParser> = new Map()
  let hadContent: ReadonlySet<string> = new Set()

  const isSettled = (result: FolderRead): boolean => {
    switch (result.kind) {
      case 'read':
        return result.isWhole && isSuperset(namesWithContent(result), hadContent)
      case 'absent':
        return hadContent.size === 0
      case 'refused':
        return true
      default:
        return result satisfies never
    }
  }

  const parseAll = async (files: readonly ReadFolderFile[]): Promise<readonly Parsed[]> => {
    const names = { prefix: '', mapped: new Map<string, Segments>() }
    // Files that are gone are forgotten.
    parsers = new Map(
      files.map(({ name, format }) => {
        const file = join(folder, name)
        return [name, parsers.get(name) ?? createFileParser({ source, file, format, shape, names })]
      }),
    )
    const results: Parsed[] = []
    for (const { name, bytes } of files) {
      const parsed = await parsers.get(name)?.parse(bytes)
      if (parsed !== undefined) results.push(parsed)
    }
    return results
  }

  return async (signal) => {
    const attempt = () => abortable(readFolder(absolutePath, extensions), signal)
    const result = await readSettled(attempt, isSettled, { ...timings, clock, signal })
    if (result.kind !== 'read') {
      if (result.kind === 'absent') hadContent = new Set()
      return failedReading(result, source, folder)
    }
    hadContent = namesWithContent(result)

    const parsed = await parseAll(result.files)
    const problems = [
      ...result.failures.map(({ name, failure }) => failureProblem(failure, source, join(folder, name))),
      ...parsed.flatMap((each) => (each.ok ? [] : each.problems)),
    ]
    if (problems.length > 0) return { kind: 'unreadable', problems }
    const warnings = result.ignored.map(({ name, message, hint }): Problem => {
      const location = { kind: 'file', file: join(folder, name) } as const
      return { code: 'not_allowed', severity: 'warning', message, hint, origin: { source, location } }
    })
    return { kind: 'layer', layer: toLayer(parsed.filter((each) => each.ok)), warnings }
  }
}

/** The files that say something; one that cannot be read at the moment still has what it had. */
function namesWithContent({ files, failures }: Extract<FolderRead, { kind: 'read' }>): ReadonlySet<string> {
  const withContent = files.filter(({ bytes }) => bytes.length > 0)
  return new Set([...withContent, ...failures].map(({ name }) => name))
}

function isSuperset(all: ReadonlySet<string>, some: ReadonlySet<string>): boolean {
  return [...some].every((name) => all.has(name))
}
