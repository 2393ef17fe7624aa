import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { inspect } from './inspect.mjs'
import { reachable, table } from './table.mjs'

const roots: string[] = []
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true })
})

async function findingsOf(files: Record<string, string>): Promise<string[]> {
  const root = mkdtempSync(join(tmpdir(), 'layers-test-'))
  roots.push(root)
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  return (await inspect(root)).findings.map((finding) => finding.split(': ')[0] ?? '')
}

const src = 'packages/trimtab/src'
const folders = Object.keys(table)

test.each(folders)('%s may import what the table allows, and nothing else', async (folder) => {
  const files: Record<string, string> = {}
  for (const other of folders) files[`${src}/${other}/${folder}-target.ts`] = 'export type Target = string\n'
  const allowed = reachable(folder)
  const name = (other: string) => `from-${folder}-to-${other}.ts`
  for (const other of folders) {
    files[`${src}/${folder}/${name(other)}`] = `export type { Target } from '../${other}/${folder}-target.ts'\n`
  }
  const refused = folders.filter((other) => !allowed.includes(other))
  expect(await findingsOf(files)).toEqual(refused.map(() => `layer-${folder}`))
})

test.each([
  [
    'entry-without-testing-and-cli',
    { 'index.ts': `export { x } from './testing/x1.ts'\n`, 'testing/x1.ts': 'export const x = 1\n' },
  ],
  [
    'model-without-io',
    { 'model/read.ts': `import { readFileSync } from 'node:fs'\nexport const read = readFileSync\n` },
  ],
  ['terminal-in-cli-only', { 'plane/print.ts': `import colors from 'picocolors'\nexport const red = colors.red\n` }],
  [
    'no-cycle',
    {
      'errors/a1.ts': `export type { B } from './b1.ts'\nexport type A = 1\n`,
      'errors/b1.ts': `export type { A } from './a1.ts'\nexport type B = 1\n`,
    },
  ],
  ['resolves', { 'errors/c1.ts': `export type { B } from './nowhere.ts'\n` }],
])('%s', async (rule, files) => {
  const planted = Object.entries(files).map(([file, text]) => [`${src}/${file}`, text])
  expect(new Set(await findingsOf(Object.fromEntries(planted)))).toContain(rule)
})

test('a folder that the table does not know is a finding', async () => {
  expect(await findingsOf({ [`${src}/utils/x2.ts`]: 'export const x = 1\n' })).toEqual([
    `${src}/utils/x2.ts stands in a folder that scripts/layers/table.mjs lacks`,
  ])
})

test('tests may import anything', async () => {
  const files = {
    [`${src}/errors/d1.test.ts`]: `import { x } from '../testing/x3.ts'\nvoid x\n`,
    [`${src}/testing/x3.ts`]: 'export const x = 1\n',
  }
  expect(await findingsOf(files)).toEqual([])
})
