import { createHash } from 'node:crypto'
import type { SourceName } from '../../model/source-name.ts'
import { adopt } from '../../model/share.ts'
import type { ObjectShape } from '../../schema/shape.ts'
import { decodeText } from '../formats/decode-text.ts'
import type { NameOptions, Parsed } from '../formats/format.ts'
import { type FormatName, loadFormat } from '../formats/load-format.ts'

export interface FileParserOptions {
  readonly source: SourceName
  /** How the file is shown to people. */
  readonly file: string
  readonly format: FormatName
  readonly shape: ObjectShape
  readonly names: NameOptions
}

/** Parses the contents of one file, one after another. */
export interface FileParser {
  /**
   * The tree is deeply frozen, and shares with the last good one what has not changed. The same bytes as the last good
   * or the last bad ones give the very same result, without being parsed again.
   */
  parse(bytes: Uint8Array): Promise<Parsed>
}

interface Remembered<T> {
  readonly digest: string
  readonly parsed: T
}

export function createFileParser({ source, file, format, shape, names }: FileParserOptions): FileParser {
  let good: Remembered<Extract<Parsed, { ok: true }>> | undefined
  let bad: Remembered<Extract<Parsed, { ok: false }>> | undefined

  const parseAnew = async (bytes: Uint8Array): Promise<Parsed> => {
    const decoded = decodeText(bytes)
    if (decoded.ok) return (await loadFormat(format)).parse({ source, file, text: decoded.text, shape, names })
    const { code, message, hint, line, column } = decoded
    const origin = { source, location: { kind: 'file', file, line, column } } as const
    return { ok: false, problems: [{ code, severity: 'error', message, hint, origin }] }
  }

  return {
    async parse(bytes) {
      const digest = createHash('sha256').update(bytes).digest('base64')
      if (digest === good?.digest) return good.parsed
      if (digest === bad?.digest) return bad.parsed
      const parsed = await parseAnew(bytes)
      if (!parsed.ok) {
        bad = { digest, parsed }
        return parsed
      }
      const tree = adopt(parsed.tree, good?.parsed.tree)
      good = { digest, parsed: { ...parsed, tree } }
      return good.parsed
    },
  }
}
