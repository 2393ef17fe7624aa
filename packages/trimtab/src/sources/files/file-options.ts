import { sourceLimits } from '../limits.ts'
import { option, optionInvalid, type OptionRules } from '../source-options.ts'
import type { ReferenceTrust } from '../source.ts'

/** What sources that read files have in common. Times are in milliseconds. */
export interface FileReadingOptions {
  /** An optional source that does not exist is an empty layer; a required one, the default, fails the load. */
  readonly optional?: boolean | undefined
  /** Whether changes are noticed; they are, unless this is false. */
  readonly watch?: boolean | undefined
  /** What the source is called, after its kind; its path, if it is left away. */
  readonly name?: string | undefined
  /** How far references in the values are trusted: `local`, the default, where only this machine's owner writes. */
  readonly references?: ReferenceTrust | undefined
  /** How long nothing may happen before a change is read: 100. */
  readonly settle?: number | undefined
  /** How long at most reading waits for that: 2,000. */
  readonly maximumWait?: number | undefined
  /** How often it is looked at in case the system tells of no change, as on network file systems: 5,000. */
  readonly poll?: number | undefined
}

export const fileReadingRules: OptionRules<FileReadingOptions> = {
  optional: option.flag,
  watch: option.flag,
  name: option.name,
  references: option.trust,
  settle: option.milliseconds,
  maximumWait: option.milliseconds,
  poll: option.milliseconds,
}

export interface FileTimings {
  readonly settle: number
  readonly maximumWait: number
  readonly poll: number
}

const longestTimer = 2 ** 31 - 1

/** The timings with their defaults. Throws `option_invalid`, naming the function that was called. */
export function checkTimings(maker: string, options: FileReadingOptions): FileTimings {
  const { settle = sourceLimits.settle, maximumWait = sourceLimits.maximumWait, poll = sourceLimits.poll } = options
  for (const [name, value] of Object.entries({ settle, maximumWait, poll })) {
    // NaN fails the comparison too.
    if (value > 0 && value <= longestTimer) continue
    throw optionInvalid(maker, `option ${name}`, `expected milliseconds above 0 and up to ${longestTimer}`)
  }
  return { settle, maximumWait, poll }
}

export function checkPath(maker: string, path: string): void {
  if (typeof path === 'string' && path !== '' && !path.includes('\0')) return
  throw optionInvalid(maker, 'path', 'expected the path of a file or folder')
}
