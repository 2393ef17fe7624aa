import { escapeControls } from '../../primitives/logger.ts'
import type { Layout } from './layout.ts'

/** One cell: text, and how it is coloured. Control characters in it are made visible. */
interface Cell {
  readonly text: string
  readonly style?: ((text: string) => string) | undefined
}

export interface Table {
  readonly titles: readonly string[]
  readonly rows: readonly (readonly (Cell | string)[])[]
}

const indent = '  '
const gap = '  '
/** The last column is wrapped, but never to less than this. */
const narrowest = 24

/** Columns as wide as what is in them; the last one is wrapped at the edge of the terminal. */
export function renderTable({ titles, rows }: Table, { palette, columns }: Layout): string {
  const head = titles.map((text): Cell => ({ text, style: palette.dim }))
  const cells = [head, ...rows.map((row) => row.map(toCell))]
  const widths = titles.map((_, column) => Math.max(...cells.map((row) => widthOf(row[column]?.text ?? ''))))
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + gap.length, indent.length)
  const last = columns === undefined ? Number.POSITIVE_INFINITY : Math.max(narrowest, columns - before)
  return cells.flatMap((row) => renderRow(row, widths, before, last)).join('\n')
}

function renderRow(row: readonly Cell[], widths: readonly number[], before: number, last: number): readonly string[] {
  const final = row.length - 1
  const start = row
    .slice(0, final)
    .map(({ text, style = plain }, column) => style(text) + ' '.repeat((widths[column] ?? 0) - widthOf(text)) + gap)
    .join('')
  const { text = '', style = plain } = row[final] ?? {}
  return wrap(text, last).map((line, index) => {
    return (index === 0 ? indent + start + style(line) : ' '.repeat(before) + style(line)).trimEnd()
  })
}

/** Lines of at most `width`, broken between words where there is one to break at. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let rest = lettersOf(text)
  while (rest.length > width) {
    const space = rest.slice(0, width + 1).lastIndexOf(' ')
    const end = space > 0 ? space : width
    lines.push(rest.slice(0, end).join(''))
    rest = rest.slice(space > 0 ? end + 1 : end)
  }
  return [...lines, rest.join('')]
}

function toCell(cell: Cell | string): Cell {
  const { text, style } = typeof cell === 'string' ? { text: cell, style: undefined } : cell
  return { text: escapeControls(text), style }
}

function widthOf(text: string): number {
  return lettersOf(text).length
}

function plain(text: string): string {
  return text
}

/** What a person takes for one letter, however many code points it is made of. */
function lettersOf(text: string): readonly string[] {
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment)
}
