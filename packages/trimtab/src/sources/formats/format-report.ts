import { type Segments, printPath } from '../../model/path.ts'
import type { SourceName } from '../../model/source-name.ts'
import type { Problem, ProblemCode } from '../../schema/problem.ts'
import type { TextLines } from './text-lines.ts'

/** One problem in a file's text. `message` and `hint` are our own words: the text may be a secret. */
export interface Finding {
  readonly code: ProblemCode
  readonly message: string
  readonly hint?: string | undefined
  readonly offset?: number | undefined
  readonly path?: Segments | undefined
  /** The structure is lost here: whatever the parser says of the text after it is guessed. */
  readonly isBreak?: boolean | undefined
}

/** Collects what is wrong with one file. */
export interface FormatReport {
  add(finding: Finding): void
  readonly isEmpty: boolean
  /** In the order of the text, up to the first break; of a file in which nearly everything is wrong, the beginning. */
  problems(): readonly Problem[]
}

/** More than these nobody reads. */
const shown = 20

export function createFormatReport(source: SourceName, lines: TextLines): FormatReport {
  const findings: Finding[] = []
  const toProblem = ({ code, message, hint, offset, path }: Finding): Problem => ({
    code,
    severity: 'error',
    message,
    hint,
    path: path === undefined || path.length === 0 ? undefined : printPath(path),
    origin: { source, location: lines.locate(offset) },
  })
  return {
    add: (finding) => void findings.push(finding),
    get isEmpty() {
      return findings.length === 0
    },
    problems() {
      const sorted = findings.toSorted((a, b) => (a.offset ?? 0) - (b.offset ?? 0))
      const first = sorted.findIndex(({ isBreak }) => isBreak === true)
      const distinct = withoutEchoes(first < 0 ? sorted : sorted.slice(0, first + 1), lines)
      const problems = distinct.slice(0, shown).map(toProblem)
      const rest = distinct.length - problems.length
      if (rest === 0) return problems
      return [...problems, toProblem({ code: 'syntax', message: `and ${rest} more problems in this file` })]
    },
  }
}

/** A parser that met one mistake often reports it several times: of syntax problems the first of each line is enough. */
function withoutEchoes(findings: readonly Finding[], lines: TextLines): readonly Finding[] {
  const seen = new Set<number | undefined>()
  return findings.filter(({ code, offset }) => {
    if (code !== 'syntax' || offset === undefined) return true
    const location = lines.locate(offset)
    const line = location.kind === 'file' ? location.line : undefined
    if (seen.has(line)) return false
    seen.add(line)
    return true
  })
}
