import type { Location } from '../../model/origin.ts'

/** Turns offsets in a file's text into places that an editor can follow. Keeps where lines begin, not the text. */
export interface TextLines {
  /** Line and column of an offset in UTF-16 units; without an offset, the file alone. */
  locate(offset: number | undefined): Location
}

/** `file` is how the file is shown. A line ends at `\n`, so that `\r\n` counts as one. */
export function textLines(file: string, text: string): TextLines {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return {
    locate(offset) {
      if (offset === undefined) return { kind: 'file', file }
      const line = lastAtMost(starts, offset)
      return { kind: 'file', file, line: line + 1, column: offset - (starts[line] ?? 0) + 1 }
    },
  }
}

/** The index of the last number that is not above `limit`; the first one is 0. */
function lastAtMost(sorted: readonly number[], limit: number): number {
  let low = 0
  let high = sorted.length - 1
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if ((sorted[middle] ?? 0) <= limit) low = middle
    else high = middle - 1
  }
  return low
}
