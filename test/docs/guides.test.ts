/**
 * Every example of the guides and of the README, done as a reader does it: files are written, commands run as real
 * processes on the built library, and what they print is compared with what the page shows.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { followGuide } from './follow-guide.ts'
import { readGuide, type Step } from './read-guide.ts'
import { readmeTrial } from './readme-trial.ts'
import { type DocsWorkspace, makeDocsWorkspace, writeFile } from './workspace.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const read = (page: string) => readFileSync(join(repository, page), 'utf8')
const guides = readdirSync(join(repository, 'docs/guide')).filter((name) => name.endsWith('.md'))

const pages: readonly (readonly [page: string, steps: readonly Step[]])[] = [
  ['README.md', [...readGuide('README.md', read('README.md')), ...readGuide('the trial of the README', readmeTrial)]],
  ...guides.map((name) => [`docs/guide/${name}`, readGuide(name, read(`docs/guide/${name}`))] as const),
]
const folderOf = (page: string) => page.replaceAll(/\W+/g, '-').toLowerCase()

let workspace: DocsWorkspace
beforeAll(() => {
  workspace = makeDocsWorkspace()
  return () => workspace.remove()
}, 120_000)

test('every example compiles as its reader would compile it', () => {
  for (const [page, steps] of pages) {
    const folder = join(workspace.folder, 'types', folderOf(page))
    writeFile(join(folder, 'package.json'), '{ "type": "module" }')
    const written = new Set<string>()
    for (const step of steps) {
      if (step.kind !== 'write' || !/\.[cm]?[jt]s$/.test(step.file)) continue
      // Only the last version would be compiled.
      expect(written, `${page}:${step.line}: this file is written twice`).not.toContain(step.file)
      written.add(step.file)
      writeFile(join(folder, step.file), step.text)
    }
  }
  expect(workspace.check()).toBe('')
}, 120_000)

test.concurrent.each(pages)(
  '%s does what it shows',
  async (page, steps) => {
    const folder = join(workspace.folder, 'run', folderOf(page))
    writeFile(join(folder, 'package.json'), '{ "type": "module" }')
    await followGuide(steps, { folder, bin: workspace.bin, page })
  },
  300_000,
)
