import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const src = 'packages/trimtab/src'
const clock = 'export const at = (): number => Date.now()\n'

const fires: [rule: string, text: string][] = [
  ['no-floating-promises', 'export const f = (): void => {\n  Promise.resolve(1)\n}\n'],
  ['no-explicit-any', 'export type Anything = any\n'],
  ['ban-ts-comment', '// @ts-ignore\nexport const one: string = 1\n'],
  ['max-lines', `${'// long\n'.repeat(401)}export const one = 1\n`],
  ['no-console', `console.log('hello')\n`],
  [
    'switch-exhaustiveness-check',
    `export const f = (x: 'a' | 'b'): void => {\n  switch (x) {\n    case 'a':\n  }\n}\n`,
  ],
  ['cast-needs-reason', 'export const f = (x: unknown): string => x as string\n'],
  ['lazy-import', `import { pino } from 'pino'\nexport const make = pino\n`],
  ['no-export-all', `export * from 'node:fs'\n`],
  ['no-ambient-clock', clock],
  ['no-ambient-clock', 'export const at = (): Date => new Date()\n'],
  ['no-ambient-clock', 'setTimeout(() => undefined, 1)\n'],
  ['no-ambient-clock', `import { setTimeout } from 'node:timers/promises'\nexport const wait = setTimeout\n`],
  ['no-ambient-clock', 'export const chance = (): number => Math.random()\n'],
  ['no-ambient-process', `export const home = process.env['HOME']\n`],
]

const silent: [what: string, file: string, text: string][] = [
  ['the clock in primitives', `${src}/primitives/planted.ts`, clock],
  ['the clock in a test', `${src}/model/planted.test.ts`, clock],
  ['the process where the exceptions say so', `${src}/cli/bin.ts`, 'process.exitCode = 1\n'],
  ['a date made from a number', `${src}/model/date.ts`, 'export const at = (ms: number): Date => new Date(ms)\n'],
  ['a parameter called process', `${src}/model/name.ts`, 'export const f = (process: string): string => process\n'],
  [
    'a cast with its reason',
    `${src}/model/cast.ts`,
    '// Proved.\nexport const f = (x: unknown): string => x as string\n',
  ],
  [
    'a type of an optional peer',
    `${src}/parts/type.ts`,
    `import type { Logger } from 'pino'\nexport type L = Logger\n`,
  ],
]

const plantedFile = (index: number): string => `${src}/model/planted-${index}.ts`
const findings = new Map<string, string[]>()

/** One run of the real configuration over all planted files, in a folder of its own. */
beforeAll(async () => {
  const place = mkdtempSync(join(tmpdir(), 'lint-'))
  for (const each of ['.oxlintrc.json', 'tsconfig.base.json', 'scripts/lint']) {
    cpSync(join(root, each), join(place, each), { recursive: true })
  }
  symlinkSync(join(root, 'node_modules'), join(place, 'node_modules'))
  const files = [
    ['tsconfig.json', '{ "extends": "./tsconfig.base.json", "include": ["packages"] }'],
    ...fires.map(([, text], index) => [plantedFile(index), text]),
    ...silent.map(([, file, text]) => [file, text]),
  ]
  for (const [file = '', text = ''] of files) {
    mkdirSync(dirname(join(place, file)), { recursive: true })
    writeFileSync(join(place, file), text)
  }
  const output = await new Promise<string>((resolve) => {
    const bin = join(root, 'node_modules/.bin/oxlint')
    execFile(bin, ['-f', 'unix', 'packages'], { cwd: place }, (_error, stdout) => resolve(stdout))
  })
  for (const [, file = '', rule = ''] of output.matchAll(/^([^:]+):.*\/[a-z-]+\(([a-z-]+)\)\]$/gm)) {
    findings.set(file, [...(findings.get(file) ?? []), rule])
  }
  rmSync(place, { recursive: true })
}, 60_000)

test.each(fires.map(([rule, text], index) => ({ rule, text, index })))('$rule fires on $text', ({ rule, index }) => {
  expect(findings.get(plantedFile(index))).toEqual([rule])
})

test.each(silent)('%s is allowed', (_what, file) => {
  expect(findings.get(file)).toBeUndefined()
})
