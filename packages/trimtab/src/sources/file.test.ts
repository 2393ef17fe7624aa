import { mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { shapeFor } from '../../../../test/support/shape-for.ts'
import { tempFolder } from '../../../../test/support/temp-folder.ts'
import { isTrimtabError } from '../errors/trimtab-error.ts'
import { printLocation } from '../model/origin.ts'
import { type Clock, systemClock } from '../primitives/time/clock.ts'
import { deferred } from '../primitives/concurrency/deferred.ts'
import { printProblem } from '../schema/problem.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { type FileSourceOptions, fileSource } from './file.ts'
import type { Reading } from './source.ts'

const shape = shapeFor(
  z.object({ pool: z.object({ max: z.number().optional(), url: z.string().optional() }).optional() }),
)
const never = new AbortController().signal

function reader(path: string, options: FileSourceOptions = {}, clock: Clock = systemClock) {
  const opened = fileSource(path, options).open({ clock, random: () => 0, shape })
  return { ...opened, read: (signal = never) => opened.read(signal) }
}

function layerOf(reading: Reading) {
  if (reading.kind === 'layer') return reading.layer
  throw new Error(reading.kind === 'absent' ? printProblem(reading.problem) : reading.problems.map(printProblem).join())
}

describe('fileSource', () => {
  it.each([
    ['config.yaml', 'pool:\n  max: 20\n', '2:8'],
    ['config.yml', 'pool: {max: 20}\n', '1:13'],
    ['config.json', '{\n"pool": {"max": 20}}\n', '2:17'],
    ['config.jsonc', '{"pool": {"max": 20, /* c */}}\n', '1:18'],
    ['config.toml', '[pool]\nmax = 20\n', '2:7'],
    ['.env', 'POOL__MAX=20\n', '1:11'],
  ])('reads %s', async (name, text, place) => {
    const path = join(tempFolder(), name)
    writeFileSync(path, text)
    const layer = layerOf(await reader(path).read())
    expect(layer.tree).toEqual({ pool: { max: 20 } })
    expect(Object.isFrozen(layer.tree['pool'])).toBe(true)
    const location = layer.locate(['pool', 'max'])
    expect(location && printLocation(location)).toBe(`${path}:${place}`)
  })

  it('is inert, and named after the path as it is given', () => {
    expect(fileSource('no/such/config.yaml', { optional: true })).toMatchObject({
      ...{ name: 'file:no/such/config.yaml', optional: true, strict: true, references: 'local', follows: 'push' },
    })
    expect(fileSource('x.yaml', { name: 'base', watch: false, references: 'allow_listed' })).toMatchObject({
      ...{ name: 'file:base', optional: false, references: 'allow_listed', follows: 'never' },
    })
    expect(
      fileSource('x.yaml', { watch: false }).open({ clock: systemClock, random: () => 0, shape }).watch,
    ).toBeUndefined()
  })

  it('takes the format that is given before the extension', async () => {
    const path = join(tempFolder(), 'app.conf')
    writeFileSync(path, 'pool = { max = 20 }\n')
    expect(layerOf(await reader(path, { format: 'toml' }).read()).tree).toEqual({ pool: { max: 20 } })
  })

  it('ignores a byte order mark', async () => {
    const path = join(tempFolder(), 'config.json')
    writeFileSync(path, '\ufeff{"pool": {}}')
    expect(layerOf(await reader(path).read()).locate(['pool'])).toMatchObject({ line: 1, column: 10 })
  })

  describe('content', () => {
    it('gives the very same layer for the same bytes, also after content that was refused', async () => {
      const path = join(tempFolder(), 'config.yaml')
      const { read } = reader(path)
      writeFileSync(path, 'pool: {max: 1}\n')
      const first = layerOf(await read())
      expect(layerOf(await read())).toBe(first)
      writeFileSync(path, 'pool: [\n')
      const bad = await read()
      expect(bad.kind).toBe('unreadable')
      expect(await read()).toEqual(bad)
      writeFileSync(path, 'pool: {max: 1}\n')
      expect(layerOf(await read())).toBe(first)
    })

    it('keeps tree and digest, and moves the places, when only comments and the order change', async () => {
      const path = join(tempFolder(), 'config.yaml')
      const { read } = reader(path)
      writeFileSync(path, 'pool: {max: 1, url: x}\n')
      const before = layerOf(await read())
      writeFileSync(path, '# c\npool:\n  url: x\n  max: 1\n')
      const after = layerOf(await read())
      expect(after.tree).toBe(before.tree)
      expect(after.digest).toBe(before.digest)
      expect([before, after].map((layer) => layer.locate(['pool', 'max']))).toMatchObject([{ line: 1 }, { line: 4 }])
    })

    it('changes the digest with the content, and shares what did not change', async () => {
      const path = join(tempFolder(), 'config.yaml')
      const { read } = reader(path)
      writeFileSync(path, 'pool: {max: 1}\nother: {a: [1]}\n')
      const before = layerOf(await read())
      writeFileSync(path, 'pool: {max: 2}\nother: {a: [1]}\n')
      const after = layerOf(await read())
      expect(after.digest).not.toBe(before.digest)
      expect(after.tree['other']).toBe(before.tree['other'])
      expect(before.tree).toEqual({ pool: { max: 1 }, other: { a: [1] } })
    })

    it('tells an absent file, an empty one and one that cannot be read', async () => {
      const folder = tempFolder()
      const path = join(folder, 'config.yaml')
      const absent = await reader(path).read()
      expect(absent.kind === 'absent' && printProblem(absent.problem)).toBe(
        `${path}: does not exist. Create it, correct the path, or mark the source optional.`,
      )
      writeFileSync(path, '')
      expect(layerOf(await reader(path).read()).tree).toEqual({})
      rmSync(path)
      mkdirSync(path)
      const folderInstead = await reader(path).read()
      expect(folderInstead.kind === 'unreadable' && folderInstead.problems.map(printProblem)).toEqual([
        `${path}: is a folder, not a file. Give the path of a file, or use directorySource().`,
      ])
    })

    it('leaves two planes that open the same source apart', async () => {
      const path = join(tempFolder(), 'config.yaml')
      writeFileSync(path, 'pool: {max: 1}\n')
      const source = fileSource(path)
      const [one, two] = [0, 1].map(() => source.open({ clock: systemClock, random: () => 0, shape }))
      const layers = [await one?.read(never), await two?.read(never)]
      expect(layers[0]).not.toBe(layers[1])
      expect(layers[0]).toMatchObject({ layer: { tree: { pool: { max: 1 } } } })
    })
  })

  describe('in the middle of a change', () => {
    const timings = { settle: 10, maximumWait: 100 }

    it.each([
      ['emptied', (path: string) => truncateSync(path)],
      ['deleted', (path: string) => rmSync(path)],
    ])('waits for a file that was just %s to come back', async (_what, disturb) => {
      const clock = createManualClock()
      const path = join(tempFolder(), 'config.yaml')
      const opened = reader(path, timings, clock)
      writeFileSync(path, 'pool: {max: 1}\n')
      await opened.read()
      disturb(path)
      const reading = opened.read()
      await untilWaiting(clock)
      writeFileSync(path, 'pool: {max: 2}\n')
      await clock.advance(10)
      expect(layerOf(await reading).tree).toEqual({ pool: { max: 2 } })
      expect(clock.pending).toBe(0)
    })

    it('believes an emptied file after the maximum wait, and at once the next time', async () => {
      const clock = createManualClock()
      const path = join(tempFolder(), 'config.yaml')
      const opened = reader(path, timings, clock)
      writeFileSync(path, 'pool: {max: 1}\n')
      await opened.read()
      truncateSync(path)
      const reading = opened.read()
      await runUntilSettled(clock, reading)
      expect(layerOf(await reading).tree).toEqual({})
      expect(clock.monotonic()).toBe(100)
      expect(layerOf(await opened.read()).tree).toEqual({})
      rmSync(path)
      expect((await opened.read()).kind).toBe('absent')
    })

    it('believes a deleted file after the maximum wait, and at once the next time', async () => {
      const clock = createManualClock()
      const path = join(tempFolder(), 'config.yaml')
      const opened = reader(path, timings, clock)
      writeFileSync(path, 'pool: {max: 1}\n')
      await opened.read()
      rmSync(path)
      const reading = opened.read()
      await runUntilSettled(clock, reading)
      expect((await reading).kind).toBe('absent')
      expect(clock.monotonic()).toBe(100)
      expect((await opened.read()).kind).toBe('absent')
    })

    it('stops waiting when it is aborted', async () => {
      const clock = createManualClock()
      const path = join(tempFolder(), 'config.yaml')
      const opened = reader(path, timings, clock)
      writeFileSync(path, 'pool: {max: 1}\n')
      await opened.read()
      rmSync(path)
      const controller = new AbortController()
      const reading = opened.read(controller.signal)
      await untilWaiting(clock)
      controller.abort(new Error('enough'))
      await expect(reading).rejects.toThrow('enough')
      expect(clock.pending).toBe(0)
    })
  })

  it('wakes on a change, and reads what is then there', async () => {
    const folder = tempFolder()
    const path = join(folder, 'config.yaml')
    writeFileSync(path, 'pool: {max: 1}\n')
    const opened = reader(path, { settle: 5, poll: 3_600_000 })
    const controller = new AbortController()
    const seen = deferred<void>()
    const watching = opened.watch?.(() => {
      void (async () => {
        const reading = await opened.read()
        if (reading.kind === 'layer' && JSON.stringify(reading.layer.tree) === '{"pool":{"max":2}}') seen.resolve()
      })()
    }, controller.signal)
    onTestFinished(async () => {
      controller.abort()
      await watching
    })
    writeFileSync(join(folder, 'next'), 'pool: {max: 2}\n')
    renameSync(join(folder, 'next'), path)
    await seen.promise
  })

  it('follows a link to a file elsewhere', async () => {
    const folder = tempFolder()
    writeFileSync(join(folder, 'real.yaml'), 'pool: {max: 3}\n')
    symlinkSync('real.yaml', join(folder, 'config.yaml'))
    expect(layerOf(await reader(join(folder, 'config.yaml')).read()).tree).toEqual({ pool: { max: 3 } })
  })

  describe('names of a .env file', () => {
    it('takes prefix and map as the variables of the environment do', async () => {
      const path = join(tempFolder(), '.env.local')
      writeFileSync(path, 'APP_POOL__MAX=2\nDATABASE_URL=x\nNODE_ENV=test\n')
      const layer = layerOf(await reader(path, { prefix: 'APP_', map: { DATABASE_URL: 'pool.url' } }).read())
      expect(layer.tree).toEqual({ pool: { max: 2, url: 'x' } })
      expect(layerOf(await reader(path, { map: { DATABASE_URL: 'pool.url' } }).read()).tree).toEqual({
        pool: { url: 'x' },
      })
    })

    it('refuses a map to a place that the schema does not have when it is opened', () => {
      expect(() => reader('.env', { map: { X: 'pool.maxx' } })).toThrow('the schema has no pool.maxx')
    })
  })

  it.each<[string, string, FileSourceOptions, string]>([
    ['an extension that is not known', 'config.json5', {}, '.yaml, .yml, .json, .jsonc, .toml and .env'],
    ['no extension', 'config', {}, "say the format: { format: 'yaml' }"],
    ['a format that does not exist', 'config', { format: 'ini' as 'yaml' }, 'yaml, json, toml, dotenv'],
    ['an empty path', '', {}, 'the path of a file'],
    ['a path with a NUL', 'a\0.yaml', {}, 'the path of a file'],
    ['a time that is none', 'x.yaml', { settle: Number.NaN }, 'option settle'],
    ['a time of 0', 'x.yaml', { poll: 0 }, 'option poll'],
    ['a prefix for another format', 'x.yaml', { prefix: 'APP_' }, 'only the names of .env files'],
    ['a map to an element of a list', '.env', { map: { X: 'hosts[0]' } }, 'map.X'],
  ])('refuses %s', (_what, path, options, expected) => {
    expect(() => fileSource(path, options)).toThrow(expected)
    expect(() => fileSource(path, options)).toThrow(
      expect.toSatisfy((error: unknown) => isTrimtabError(error, 'option_invalid')),
    )
  })
})

/** Lets the file system answer until the reading waits for time. */
async function untilWaiting(clock: { readonly pending: number }): Promise<void> {
  while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve))
}

async function runUntilSettled(clock: ReturnType<typeof createManualClock>, reading: Promise<unknown>): Promise<void> {
  let settled = false
  void reading.finally(() => {
    settled = true
  })
  while (!settled) {
    await new Promise((resolve) => setImmediate(resolve))
    if (clock.pending > 0) await clock.runNext()
  }
}
