import { createDigester } from '../../model/digest.ts'
import type { Layer } from '../../model/layer.ts'
import type { PlacePart } from '../../model/origin.ts'
import type { Segments } from '../../model/path.ts'
import type { SourceName } from '../../model/source-name.ts'
import { abortable } from '../../primitives/concurrency/abort.ts'
import type { Clock } from '../../primitives/time/clock.ts'
import type { Parsed } from '../formats/format.ts'
import { locateIn } from '../formats/place.ts'
import { sourceLimits } from '../limits.ts'
import type { Reading } from '../source.ts'
import type { FileTimings } from './file-options.ts'
import type { FileParser } from './file-parser.ts'
import { failedReading, readFileWithin } from '../read-file.ts'
import { isSettled, readSettled } from './settled-read.ts'

export interface FileReaderOptions {
  readonly source: SourceName
  /** How the file is shown to people. */
  readonly file: string
  readonly absolutePath: string
  readonly parser: FileParser
  readonly timings: FileTimings
  readonly clock: Clock
}

/**
 * Reads one file, again and again. What was there and is suddenly gone, empty or written to while it is read is looked at
 * again, for at most `maximumWait`, before it counts.
 */
export function createFileReader(options: FileReaderOptions): (signal: AbortSignal) => Promise<Reading> {
  const { source, file, absolutePath, parser, timings, clock } = options
  const digester = createDigester()
  let latest: { readonly parsed: Parsed; readonly layer: Layer } | undefined
  let hadContent = false

  const toLayer = (parsed: Extract<Parsed, { ok: true }>): Layer => {
    if (latest?.parsed === parsed) return latest.layer
    const { tree, place } = parsed
    // Where only comments have changed the tree is the same one; the places may be others.
    const layer: Layer = Object.freeze({
      source,
      tree,
      digest: digester.digest(tree),
      locate: (path: Segments, part?: PlacePart) => locateIn(place, path, part),
    })
    latest = { parsed, layer }
    return layer
  }

  return async (signal) => {
    const attempt = () => abortable(readFileWithin(absolutePath, sourceLimits.fileBytes), signal)
    const result = await readSettled(attempt, (read) => isSettled(read, hadContent), { ...timings, clock, signal })
    if (result.kind !== 'read') {
      if (result.kind === 'absent') hadContent = false
      return failedReading(result, source, file)
    }
    hadContent = result.bytes.length > 0
    const parsed = await parser.parse(result.bytes)
    if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
    return { kind: 'layer', layer: toLayer(parsed), warnings: [] }
  }
}
