import { TrimtabError } from '../../../errors/trimtab-error.ts'
import type { EventSink } from '../../sink.ts'
import { RotatingFile } from './rotating-file.ts'

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
 * moved away or removed is made anew; half a line that a killed process left is closed before the next one. Several sinks
 * and processes may write to one file. What can't be written, because the disk is full or the folder is gone, is lost and
 * counted; the next event is tried again. So is what would go over the limit while old files can't be moved. The file is
 * readable by its owner alone.
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
    open({ clock }) {
      const file = new RotatingFile({ path, maxBytes, keep, clock })
      let before: Promise<unknown> = Promise.resolve()
      return {
        // A write that was given up, on a disk that hangs, is still under way: the next one comes after it.
        async deliver(event, signal) {
          const written = before.then(async () => {
            if (!signal.aborted) await file.append(JSON.stringify(event))
          })
          before = written.catch(() => {})
          return await written
        },
        close: () => before.then(() => file.close()),
      }
    },
  }
}

function invalid(name: string, why: string): TrimtabError {
  return new TrimtabError('option_invalid', `The option ${name} of jsonLinesSink() ${why}.`)
}
