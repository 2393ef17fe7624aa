/** The page about the architecture, held against the table that is enforced and the folders that are there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { table } from '../../scripts/layers/table.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const source = `${root}/packages/trimtab/src`
const page = readFileSync(`${root}/ARCHITECTURE.md`, 'utf8')
const folders = readdirSync(source, { withFileTypes: true }).flatMap((each) => (each.isDirectory() ? [each.name] : []))

test('the arrows are those that are enforced', () => {
  const [, arrows = ''] = page.split('## The arrows')
  const rows = [...arrows.matchAll(/^\| ([a-z].*?) \| (.*?) \| (.*?) \| (.*?) \|$/gm)]
  const shown = rows
    .flatMap(([, left = '', leftMay = '', right = '', rightMay = '']) => [
      [left, leftMay] as const,
      [right, rightMay] as const,
    ])
    .filter(([names]) => names !== 'folder')
    .flatMap(([names, may]) =>
      names.split(', ').map((name) => [name, may === 'nothing' ? [] : may.split(', ')] as const),
    )
  expect(Object.fromEntries(shown)).toEqual(
    Object.fromEntries(Object.entries(table).filter(([folder]) => folders.includes(folder))),
  )
})

test('what it names is there', () => {
  const named = [...page.matchAll(/`([a-z-]+\/[\w./-]*)`/g)].map(([, path = '']) => path)
  expect(named.length).toBeGreaterThan(30)
  expect(named.filter((path) => !existsSync(`${source}/${path}`) && !existsSync(`${root}/${path}`))).toEqual([])
})

test('every decision has a number of its own, which its title says', () => {
  const files = readdirSync(`${root}/docs/adr`)
  const numbers = files.map((file) => Number(/^(\d{4})-[a-z-]+\.md$/.exec(file)?.[1]))
  expect(new Set(numbers).size).toBe(files.length)
  for (const [index, file] of files.entries())
    expect(readFileSync(`${root}/docs/adr/${file}`, 'utf8').split('\n')[0], file).toMatch(
      new RegExp(`^# ${numbers[index]}\\. \\S`),
    )
})
