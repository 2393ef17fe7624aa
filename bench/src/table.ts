import { isMet, type Limit, type Row, type Unit } from './measure/row.ts'

const heads = ['what', 'measured', 'beside', '', 'ratio', 'middle half', 'bar', '']

/** Rows as a table for people. */
export function printTable(rows: readonly Row[]): string {
  const cells = [heads, ...rows.map(toCells)]
  const widths = heads.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)))
  const lines = cells.map((line) =>
    line
      .map((cell, column) =>
        isNumeric(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
  return `${lines.join('\n')}\n`
}

function isNumeric(column: number): boolean {
  return column === 1 || column === 3 || column === 4
}

function toCells(row: Row): readonly string[] {
  const { name, value, unit, peer, peerValue, ratio, spread, limit } = row
  return [
    name,
    amount(value, unit),
    peer,
    amount(peerValue, unit),
    digits(ratio),
    spread === undefined ? '' : `${digits(spread[0])}–${digits(spread[1])}`,
    limit === undefined ? '' : printLimit(limit),
    limit === undefined ? '' : isMet(row) ? 'met' : 'MISSED',
  ]
}

function printLimit(limit: Limit): string {
  return 'atMost' in limit ? `≤ ${limit.atMost}` : `≥ ${limit.atLeast}`
}

function amount(value: number, unit: Unit): string {
  return `${digits(value)} ${unit}`
}

function digits(value: number): string {
  if (Number.isInteger(value)) return String(value)
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2)
}
