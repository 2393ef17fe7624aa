import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { cruise } from 'dependency-cruiser'
import { forbidden } from './rules.mjs'
import { serverTable, table } from './table.mjs'

const options = {
  parser: 'swc',
  exclude: { path: '\\.test\\.ts$' },
  // One package sees what another is built to; what is checked is what it is built from.
  doNotFollow: { path: 'node_modules|/dist/' },
  enhancedResolveOptions: {
    exportsFields: ['exports'],
    conditionNames: ['import', 'types', 'node', 'default'],
    extensions: ['.ts', '.js', '.mjs', '.d.ts'],
  },
  validate: true,
  ruleSet: { forbidden },
}

/**
 * Reads every source file of the packages under `root` and says what is wrong, one line each. A reader that cannot read
 * TypeScript finds nothing and reports nothing, so files that were not read are findings too.
 */
export async function inspect(root) {
  const folders = readdirSync(join(root, 'packages'))
    .map((name) => `packages/${name}/src`)
    .filter((folder) => existsSync(join(root, folder)))
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .filter((file) => /\.tsx?$/.test(file) && !/\.(test|d)\.ts$/.test(file))
      .map((file) => `${folder}/${String(file)}`),
  )
  const { output } = await cruise(folders, { ...options, baseDir: root })
  const read = new Set(output.modules.map(({ source }) => source))
  const imports = output.modules.reduce((sum, { dependencies }) => sum + dependencies.length, 0)
  return {
    files: files.length,
    imports,
    findings: [
      ...files.filter((file) => !read.has(file)).map((file) => `${file} was not read`),
      ...(files.length > 1 && imports === 0
        ? ['not a single import was found: the reader does not read TypeScript']
        : []),
      ...files.filter(isOutsideTable).map((file) => `${file} stands in a folder that scripts/layers/table.mjs lacks`),
      ...output.summary.violations.map(describe),
    ],
  }
}

function isOutsideTable(file) {
  const [, name, folder] = /^packages\/([^/]+)\/src\/([^/]+)\//.exec(file) ?? []
  return folder !== undefined && !Object.hasOwn(name === 'server' ? serverTable : table, folder)
}

function describe({ from, to, rule, cycle }) {
  const { comment } = forbidden.find(({ name }) => name === rule.name) ?? {}
  const path = cycle ? cycle.map(({ name }) => name).join(' -> ') : to
  return `${rule.name}: ${from} -> ${path} (${comment})`
}
