import { expect, test } from 'vitest'
import { createPalette } from './palette.ts'
import { renderTable, wrap } from './table.ts'

const plain = createPalette(false, {})
const table = {
  titles: ['name', 'what'],
  rows: [
    ['a', 'short'],
    ['longer', 'one two three four five six seven'],
  ],
}

test('columns are as wide as what is in them, and no line ends in blanks', () => {
  expect(renderTable(table, { palette: plain, columns: undefined })).toBe(
    ['  name    what', '  a       short', '  longer  one two three four five six seven'].join('\n'),
  )
  expect(renderTable({ titles: ['a', ''], rows: [['x', '']] }, { palette: plain, columns: 80 })).toBe('  a\n  x')
})

test('the last column is wrapped at the edge of the terminal, below itself', () => {
  expect(renderTable(table, { palette: plain, columns: 34 }).split('\n')).toEqual([
    '  name    what',
    '  a       short',
    '  longer  one two three four five',
    '          six seven',
  ])
})

test('colour counts for nothing in the width', () => {
  const palette = createPalette(true, {})
  const coloured = renderTable(
    { titles: ['name', 'what'], rows: [[{ text: 'a', style: palette.red }, 'b']] },
    { palette, columns: undefined },
  )
  expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).toBe('  name  what\n  a     b')
})

test('letters are counted as a person does, and control characters are shown', () => {
  const rows = [
    ['é👩‍💻', 'x'],
    ['a\nb', 'y'],
  ]
  expect(renderTable({ titles: ['c', ''], rows }, { palette: plain, columns: undefined })).toBe(
    '  c\n  é👩‍💻    x\n  a\\nb  y',
  )
})

test('a word that is longer than a line is broken, and nothing is lost', () => {
  expect(wrap('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij'])
  expect(wrap('ab cdefgh', 4)).toEqual(['ab', 'cdef', 'gh'])
  expect(wrap('', 4)).toEqual([''])
})
