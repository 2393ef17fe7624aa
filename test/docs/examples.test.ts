/** Every public name has a docstring, and every `@example` in one compiles, in a service like those of the guides. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import manifest from '../../packages/trimtab/package.json' with { type: 'json' }
import { type Entry, readEntry } from './read-examples.ts'
import { type DocsWorkspace, makeDocsWorkspace, writeFile } from './workspace.ts'

const root = fileURLToPath(new URL('../../packages/trimtab/src', import.meta.url))
/** Every subpath that the package exports, so that a new one is held to the same. */
const entries: ReadonlyMap<string, Entry> = new Map(
  Object.entries(manifest.exports).flatMap(([subpath, target]) => {
    if (typeof target === 'string') return []
    const file = target.default.replace('./dist/', '').replace(/\.js$/, '.ts')
    return [[subpath.replace('.', 'trimtab'), readEntry(root, file)] as const]
  }),
)
/** By place: a file can stand behind two entries. */
const examples = [
  ...new Map([...entries.values()].flatMap((entry) => entry.examples.map((each) => [each.place, each]))).values(),
]

/** What the examples take for granted: the service around them. What an example declares itself is its own. */
const surroundings = `
import type { IncomingMessage, ServerResponse } from 'node:http'
import { defineConfig, dynamic, secret, type Changes, type Json, type Module, type Override, type OverrideTerms } from 'trimtab'
import type { JsonObject, Plane, PlaneOptions, Source } from 'trimtab'
import { httpClientSchema, httpListenerSchema, loggerSchema, pgPoolSchema, rateLimiterSchema } from 'trimtab/parts'
import { cacheSchema, scheduledJobSchema, tlsCertificateSchema } from 'trimtab/parts'
import type { HttpHandler, RateLimiter } from 'trimtab/parts'
import { z } from 'zod'

const definition = defineConfig(
  z.object({
    pool: dynamic(z.object({ min: z.int(), max: z.int(), url: secret(z.string()) })),
    http: httpListenerSchema,
    log: loggerSchema,
    limits: rateLimiterSchema,
    tls: tlsCertificateSchema,
    billing: httpClientSchema,
    database: pgPoolSchema,
    users: cacheSchema,
    jobs: z.record(z.string(), scheduledJobSchema),
    upstreams: z.record(z.string(), httpClientSchema),
  }),
)

declare global {
  const config: typeof definition
  const sources: readonly Source[]
  const options: PlaneOptions
  const plane: Plane<z.output<typeof definition.schema>>
  const overrides: { apply(edits: Readonly<Record<string, Json>>, terms: OverrideTerms): Override }
  const changes: Changes
  const next: { readonly max: number }
  const pool: Module
  const http: Module
  const limiter: Module<RateLimiter>
  const handler: HttpHandler
  const tenant: string
  const id: string
  const orders: { find(id: string): Promise<{ readonly tenant: string }> }
  const queue: { readonly depth: number; readonly isOpen: boolean; readonly isRebalancing: boolean }
  const home: { get(signal: AbortSignal): Promise<JsonObject> }
  const body: Uint8Array
  const request: IncomingMessage
  const response: ServerResponse
  const client: { read(name: string, options: { signal: AbortSignal }): Promise<string | undefined> }
  class Pool {
    constructor(options: { max?: number; connectionString?: string })
    end(): Promise<void>
  }
  function resize(max: number): void
  function mySource(place: string): Source
  function writeSomewhere(tree: JsonObject): string
  function write(source: Source, tree: JsonObject): void
  function test(name: string, run: () => Promise<void>): void
}
`

const imports = ["import { z } from 'zod'", ...importsOf(new Set())].join('\n')

/** Every name once, from the first entry that has it. */
function importsOf(known: Set<string>): readonly string[] {
  const fresh = (name: string) => !known.has(name) && known.add(name).has(name)
  return [...entries].flatMap(([specifier, { values, types }]) => [
    `import { ${values.filter(fresh).join(', ')} } from '${specifier}'`,
    `import type { ${types.filter(fresh).join(', ')} } from '${specifier}'`,
  ])
}

let workspace: DocsWorkspace
beforeAll(() => {
  workspace = makeDocsWorkspace({ unusedNames: true })
  return () => workspace.remove()
}, 120_000)

/** A sentence of its own at least: a tag or a name alone promises nothing. */
const saysSomething = /^\/\*\* [A-Z`'].{8,}|^\/\*\*\n \* [A-Z`'].{8,}/

test.each([...entries])('every name of %s has a docstring', (_specifier, { exported }) => {
  expect(exported).not.toEqual([])
  const silent = exported.filter(({ docstring }) => !saysSomething.test(docstring))
  expect(silent.map(({ name, place }) => `${place}: ${name}`)).toEqual([])
})

test.each([...entries])('every function of %s shows an example', (_specifier, { exported }) => {
  const functions = exported.filter(({ kind }) => kind === 'function')
  expect(functions).not.toEqual([])
  const withoutExample = functions.filter(({ docstring }) => !docstring.includes('\n * @example\n'))
  expect(withoutExample.map(({ name, place }) => `${place}: ${name}`)).toEqual([])
})

test('there are examples, and each is read', () => {
  expect(examples.length).toBeGreaterThan(25)
  for (const { place, code } of examples) expect(code.trim(), place).not.toBe('')
})

test('every example compiles', () => {
  const folder = join(workspace.folder, 'types')
  writeFile(join(folder, 'surroundings.ts'), surroundings)
  const files = new Map<string, string>()
  for (const { place, code } of examples) {
    const file = `${place.replaceAll(/[/:]/g, '_').replace('.ts', '')}.ts`
    files.set(file, place)
    writeFile(join(folder, file), `${imports}\n${code}\nexport {}\n`)
  }
  expect(files.size).toBe(examples.length)
  expect(workspace.check()).toBe('')
}, 120_000)
