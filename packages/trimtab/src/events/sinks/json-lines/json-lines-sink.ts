import { TrimtabError } from '../../../errors/trimtab-error.ts'
import type { EventSink } from '../../sink.ts'
import { RotatingFile } from './rotating-file.ts'

/** Where the lines go, and how far the file may grow. */
/** Which file, and when a new one is begun. */
export interface JsonLinesSinkOptions {
  /** The file; its folder has to be there. */
  readonly path: string
  /** Bytes after which a new file is begun: 64 MiB. */
  readonly maxBytes?: number | undefined
  /** How many old files are kept beside it, `path.1` the newest: 5. */
  readonly keep?: number | undefined
  /** Default: `file:` and the path. */
  readonly name?: string | undefined
}

export const jsonLinesDefaults = { maxBytes: 64 * 1_024 * 1_024, keep: 5 } as const

/**
 * Appends every event to a file, as one line of JSON, and begins a new file when that grows too large. A file that was
 * moved away or removed is made anew. What can't be written, because the disk is full, is lost and counted; the next
 * event is tried again. The file is readable by its owner alone.
 *
 * @example
 * const file = jsonLinesSink({ path: 'events.jsonl', keep: 3 })
 * const plane = await createPlane({ config, sources: [fileSource('config.yaml')], events: { sinks: [file] } })
 */
export function jsonLinesSink(options: JsonLinesSinkOptions): EventSink {
  const { path, maxBytes = jsonLinesDefaults.maxBytes, keep = jsonLinesDefaults.keep } = options
  if (typeof path !== 'string' || path === '') throw invalid('path', 'has to be the path of a file')
  if (!Number.isInteger(maxBytes) || maxBytes < 1) throw invalid('maxBytes', 'has to be a whole number above 0')
  if (!Number.isInteger(keep) || keep < 1) throw invalid('keep', 'has to be a whole number above 0')
  return {
    name: options.name ?? `file:${path}`,
    open() {
      const file = new RotatingFile({ path, maxBytes, keep })
      return {
        deliver: (event) => file.append(JSON.stringify(event)),
        close: () => file.close(),
      }
    },
  }
}

function invalid(name: string, why: string): TrimtabError {
  return new TrimtabError('option_invalid', `The option ${name} of jsonLinesSink() ${why}.`)
}
