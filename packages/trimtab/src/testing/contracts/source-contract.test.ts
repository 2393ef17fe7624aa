import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import type { Layer } from '../../model/layer.ts'
import { onAbort } from '../../primitives/concurrency/abort.ts'
import { emptyRecord, isJsonObject, type Json, type JsonObject } from '../../primitives/json.ts'
import type { Problem } from '../../schema/problem.ts'
import { argsSource } from '../../sources/args.ts'
import { directorySource } from '../../sources/directory.ts'
import { envSource } from '../../sources/env.ts'
import { fileSource } from '../../sources/file.ts'
import { objectSource } from '../../sources/object.ts'
import { pollingSource } from '../../sources/polling.ts'
import type { Reading, SourceHost, SourceReader } from '../../sources/source.ts'
import { type ScriptedSource, scriptedSource } from '../scripted-source.ts'
import { sourceContract } from './source-contract.ts'
import type { SourceHarness, SourceUnderTest } from './source-harness.ts'

const broken: Problem = { code: 'syntax', severity: 'error', message: 'is broken' }
const timings = { settle: 5, maximumWait: 50, poll: 3_600_000 }

/** The leaves of a sample, by path. */
function leaves(tree: JsonObject, path: readonly string[] = []): readonly (readonly [readonly string[], string])[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    isJsonObject(value)
      ? leaves(value, [...path, key])
      : [[[...path, key], typeof value === 'string' ? value : JSON.stringify(value)] as const],
  )
}

function replaceFile(file: string, text: string): void {
  writeFileSync(`${file}~`, text)
  renameSync(`${file}~`, file)
}

interface OnDisk extends SourceUnderTest {
  readonly file: string
}

function fileHarness(name: string, print: (tree: JsonObject) => string, options = {}): SourceHarness<OnDisk> {
  return {
    make(tree) {
      const folder = mkdtempSync(join(tmpdir(), 'trimtab-'))
      const file = join(folder, name)
      writeFileSync(file, print(tree))
      return {
        file,
        source: fileSource(file, { ...timings, ...options }),
        dispose: () => rmSync(folder, { recursive: true }),
      }
    },
    put: ({ file }, tree) => replaceFile(file, print(tree)),
    remove: ({ file }) => rmSync(file),
    spoil: ({ file }) => replaceFile(file, '"a" = { [ \u0000'),
  }
}

const printDotenv = (tree: JsonObject) =>
  leaves(tree)
    .map(([path, text]) => `${path.join('__').toUpperCase()}=${text}\n`)
    .join('')

const directoryHarness: SourceHarness<OnDisk> = {
  make(tree) {
    const root = mkdtempSync(join(tmpdir(), 'trimtab-'))
    const file = join(root, 'conf.d', '50-all.yaml')
    mkdirSync(join(root, 'conf.d'))
    writeFileSync(join(root, 'conf.d', '10-none.json'), '{}')
    writeFileSync(file, JSON.stringify(tree))
    return {
      file,
      source: directorySource(join(root, 'conf.d'), timings),
      dispose: () => rmSync(root, { recursive: true }),
    }
  },
  put({ file }, tree) {
    mkdirSync(join(file, '..'), { recursive: true })
    replaceFile(file, JSON.stringify(tree))
  },
  remove: ({ file }) => rmSync(join(file, '..'), { recursive: true }),
  spoil: ({ file }) => replaceFile(file, '{'),
}

interface Home extends SourceUnderTest {
  answer: JsonObject | 'absent' | Error
}

const pollingHarness: SourceHarness<Home> = {
  make(tree) {
    const home: Home = {
      answer: tree,
      source: pollingSource({
        name: 'home',
        interval: 5,
        async fetch() {
          if (home.answer instanceof Error) throw home.answer
          return home.answer === 'absent' ? 'absent' : { tree: home.answer }
        },
      }),
    }
    return home
  },
  put(home, tree) {
    home.answer = tree
  },
  remove(home) {
    home.answer = 'absent'
  },
  spoil(home) {
    home.answer = new Error('unreachable')
  },
}

const scriptedHarness: SourceHarness<{ readonly source: ScriptedSource }> = {
  make: (tree) => ({ source: scriptedSource({ tree }) }),
  put: ({ source }, tree) => source.set(tree),
  remove: ({ source }) => source.absent(),
  spoil: ({ source }) => source.fail(broken),
}

const envHarness: SourceHarness = {
  make(tree) {
    const env = emptyRecord<string>()
    for (const [path, text] of leaves(tree)) env[`APP_${path.join('__').toUpperCase()}`] = text
    return { source: envSource({ prefix: 'APP_', env }) }
  },
}

const argsHarness: SourceHarness = {
  make: (tree) => ({
    source: argsSource(leaves(tree).flatMap(([path, text]) => ['--set', `${path.join('.')}=${text}`])),
  }),
}

const suites = [
  ['scriptedSource', sourceContract(scriptedHarness)],
  ['objectSource', sourceContract({ make: (tree) => ({ source: objectSource(tree) }) })],
  ['envSource', sourceContract(envHarness)],
  ['argsSource', sourceContract(argsHarness)],
  ['pollingSource', sourceContract(pollingHarness)],
  ['fileSource of YAML', sourceContract(fileHarness('config.yaml', JSON.stringify))],
  ['fileSource of JSON', sourceContract(fileHarness('config.json', JSON.stringify))],
  ['fileSource of TOML', sourceContract(fileHarness('config.toml', stringify))],
  ['fileSource of .env', sourceContract(fileHarness('.env', printDotenv))],
  ['fileSource by polls', sourceContract(fileHarness('config.yaml', JSON.stringify, { poll: 20 }))],
  ['directorySource', sourceContract(directoryHarness)],
] as const

describe.each(suites)('%s', (_, cases) => {
  it.each(cases)('$name', ({ run }) => run())
})

type Breach = (reader: SourceReader, openAnother: () => SourceReader) => SourceReader

const mapReading =
  (map: (reading: Reading) => Reading): Breach =>
  (reader) => ({ ...reader, read: async (signal) => map(await reader.read(signal)) })

const mapLayer = (map: (layer: Layer) => Layer) =>
  mapReading((reading) => (reading.kind === 'layer' ? { ...reading, layer: map(reading.layer) } : reading))

const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    onAbort(signal, resolve)
  })

const noSignal = () => new AbortController().signal

/** Readers that break one promise each, and what the contract says about them. */
const breaches: readonly (readonly [string, Breach, RegExp])[] = [
  ['makes a new layer each time', mapLayer((layer) => ({ ...layer })), /another layer object/],
  [
    'has a tree that is not frozen',
    mapLayer((layer) => ({ ...layer, tree: structuredClone(layer.tree) })),
    /not frozen/,
  ],
  ['has one digest for everything', mapLayer((layer) => ({ ...layer, digest: 'same' })), /same digest/],
  [
    'has a new digest each time',
    mapLayer((layer) => ({ ...layer, digest: String(Math.random()) })),
    /different digests/,
  ],
  ['names another source', mapLayer((layer) => ({ ...layer, source: objectSource({}).name })), /another source/],
  [
    'cannot locate what it does not know',
    mapLayer((layer) => ({
      ...layer,
      locate(path) {
        if (path.includes('nowhere')) throw new Error('no such path')
        return undefined
      },
    })),
    /no such path/,
  ],
  [
    'counts lines from 0',
    mapLayer((layer) => ({ ...layer, locate: () => ({ kind: 'file', file: 'a', line: 0 }) })),
    /count from 1/,
  ],
  [
    'loses the place of what is in a place',
    mapLayer((layer) => ({
      ...layer,
      locate: (path) => (path.includes('nowhere') ? undefined : { kind: 'file', file: 'a' }),
    })),
    /not located where that is/,
  ],
  [
    'says absent for empty',
    mapReading((reading) =>
      reading.kind === 'layer' && Object.keys(reading.layer.tree).length === 0
        ? { kind: 'absent', problem: broken }
        : reading,
    ),
    /expected a layer, received a reading that is absent/,
  ],
  [
    'says absent when it cannot read',
    mapReading((reading) => (reading.kind === 'unreadable' ? { kind: 'absent', problem: broken } : reading)),
    /calls itself absent/,
  ],
  [
    'says nothing of what is wrong',
    mapReading((reading) => (reading.kind === 'unreadable' ? { ...reading, problems: [] } : reading)),
    /no problem says/,
  ],
  [
    'says unreadable when it is absent',
    mapReading((reading) => (reading.kind === 'absent' ? { kind: 'unreadable', problems: [broken] } : reading)),
    /the source is absent: did not happen/,
  ],
  ['has no watch', ({ read, close }) => ({ read, close }), /watch\(\) is missing/],
  ['never wakes', (reader) => ({ ...reader, watch: (_, signal) => untilAborted(signal) }), /wake-up .* did not happen/],
  [
    'fails to watch',
    (reader) => ({ ...reader, watch: () => Promise.reject(new Error('no room')) }),
    /wake-up .* failed with no room/,
  ],
  [
    'goes on waking after an abort',
    (reader) => ({
      ...reader,
      watch(wake, signal) {
        void reader.watch?.(wake, noSignal())
        return untilAborted(signal)
      },
    }),
    /had aborted woke somebody/,
  ],
  [
    'does not end its watch',
    (reader) => ({ ...reader, watch: (wake) => reader.watch?.(wake, noSignal()) ?? Promise.resolve() }),
    /end of a watch .* did not happen/,
  ],
  [
    'forgets what changed before the watch',
    // The other one has read nothing yet, so that it has nothing to catch up with.
    (reader, openAnother) => ({ ...reader, watch: async (wake, signal) => openAnother().watch?.(wake, signal) }),
    /wake-up .* did not happen/,
  ],
  [
    'hangs when it is aborted',
    (reader) => ({
      ...reader,
      read: (signal) => (signal.aborted ? new Promise(() => {}) : reader.read(signal)),
    }),
    /end of a reading .* did not happen/,
  ],
  [
    'cannot be closed twice',
    (reader) => {
      let closed = false
      return {
        ...reader,
        async close() {
          if (closed) throw new Error('closed already')
          closed = true
        },
      }
    },
    /closed already/,
  ],
  [
    'alters the layers it has given',
    (reader) => {
      const tree: Record<string, Json> = {}
      return {
        ...reader,
        async read(signal) {
          const reading = await reader.read(signal)
          return reading.kind === 'layer'
            ? { ...reading, layer: { ...reading.layer, tree: Object.assign(tree, reading.layer.tree) } }
            : reading
        },
      }
    },
    /earlier reading was altered/,
  ],
]

describe('the contract', () => {
  it.each(breaches)('finds a source that %s', async (_, breach, complaint) => {
    const complaints: string[] = []
    const harness: SourceHarness<SourceUnderTest & { readonly script: ScriptedSource }> = {
      make(tree) {
        const script = scriptedSource({ tree })
        const { name, optional, strict, references, follows } = script
        const open = (host: SourceHost) => breach(script.open(host), () => script.open(host))
        return { script, source: { name, optional, strict, references, follows, open } }
      },
      put: ({ script }, tree) => script.set(tree),
      remove: ({ script }) => script.absent(),
      spoil: ({ script }) => script.fail(broken),
    }
    for (const { run } of sourceContract(harness, { timeout: 20 })) {
      await run().catch((error: unknown) => complaints.push(String(error)))
    }
    expect(complaints.join('\n')).toMatch(complaint)
  })

  it('takes down what it has made, also when a promise is broken', async () => {
    let standing = 0
    const cases = sourceContract({
      make() {
        standing += 1
        return {
          source: scriptedSource({ tree: { other: true } }),
          dispose: () => {
            standing -= 1
          },
        }
      },
    })
    for (const { run } of cases) await run().catch(() => {})
    expect(standing).toBe(0)
  })
})
