import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { atomicWrite } from '../../../../test/support/atomic-writer.ts'
import { shapeFor } from '../../../../test/support/shape-for.ts'
import { tempFolder } from '../../../../test/support/temp-folder.ts'
import { printLocation } from '../model/origin.ts'
import { parsePath } from '../model/path.ts'
import { type Clock, systemClock } from '../primitives/time/clock.ts'
import { deferred } from '../primitives/concurrency/deferred.ts'
import { printProblem } from '../schema/problem.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { type DirectorySourceOptions, directorySource } from './directory.ts'
import type { Reading } from './source.ts'

const shape = shapeFor(z.object({ pool: z.object({ max: z.number().optional() }).optional() }))
const never = new AbortController().signal

function write(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
}

function reader(folder: string, options: DirectorySourceOptions = {}, clock: Clock = systemClock) {
  const opened = directorySource(folder, options).open({ clock, random: () => 0, shape })
  return { ...opened, read: () => opened.read(never) }
}

function layerOf(reading: Reading) {
  if (reading.kind === 'layer') return reading.layer
  throw new Error(reading.kind === 'absent' ? printProblem(reading.problem) : reading.problems.map(printProblem).join())
}

const printed = (folder: string, reading: Reading): readonly string[] => {
  const problems =
    reading.kind === 'layer' ? reading.warnings : reading.kind === 'absent' ? [reading.problem] : reading.problems
  return problems.map((problem) => `${problem.code} ${printProblem(problem).replaceAll(folder, 'D')}`)
}

describe('directorySource', () => {
  it('merges the files in the order of their names, and says of each value in which one it stands', async () => {
    const folder = tempFolder()
    write(folder, {
      '20-b.json': '{"pool": {"max": 2}, "list": [2], "gone": {"c": 3}}',
      '10-a.yaml': 'pool:\n  max: 1\n  min: 1\nlist: [1, 1]\ngone:\n  a: 1\n',
      '15-g.toml': 'gone = 5\n',
      '30-c.env': 'POOL__MAX=3\n',
    })
    const layer = layerOf(await reader(folder).read())
    expect(layer.tree).toEqual({ pool: { max: 3, min: 1 }, list: [2], gone: { c: 3 } })
    const at = (path: string) => {
      const location = layer.locate(parsePath(path))
      return location && printLocation(location).replace(folder, 'D')
    }
    expect(['pool.max', 'pool.min', 'list[0]', 'list[1]', 'gone.c', 'gone.a', 'none'].map(at)).toEqual([
      ...[
        'D/30-c.env:1:11',
        'D/10-a.yaml:3:8',
        'D/20-b.json:1:31',
        'D/20-b.json:1:30',
        'D/20-b.json:1:49',
        'D/20-b.json:1:43',
      ],
      'D',
    ])
  })

  it('passes over hidden files and those of editors, and warns of others that it does not read', async () => {
    const folder = tempFolder()
    write(folder, {
      'a.yaml': 'a: 1',
      '.hidden.yaml': 'b: [',
      'a.yaml~': 'c: [',
      '.a.yaml.swp': 'd',
      '#a.yaml#': 'e: [',
      'a.yaml.swp': '',
    })
    write(folder, { README: 'hello', 'a.bak': 'f: [' })
    mkdirSync(join(folder, 'inner.yaml'))
    const reading = await reader(folder).read()
    expect(layerOf(reading).tree).toEqual({ a: 1 })
    expect(printed(folder, reading)).toEqual([
      expect.stringContaining('not_allowed D/README: is not read: its extension is not one of configuration'),
      expect.stringContaining('not_allowed D/a.bak: is not read'),
      expect.stringContaining('not_allowed D/inner.yaml: is a folder, and not read'),
    ])
    expect(reading.kind === 'layer' && reading.warnings.every(({ severity }) => severity === 'warning')).toBe(true)
  })

  it('reads only the extensions that are given', async () => {
    const folder = tempFolder()
    write(folder, { 'a.yaml': 'a: 1', 'b.json': '{"b": [}' })
    const reading = await reader(folder, { extensions: ['.YAML'] }).read()
    expect(layerOf(reading).tree).toEqual({ a: 1 })
    expect(printed(folder, reading)).toHaveLength(1)
    expect(() => directorySource(folder, { extensions: ['.ini'] })).toThrow('expected some of .yaml')
    expect(() => directorySource(folder, { extensions: [] })).toThrow('expected some of .yaml')
  })

  it('gives the very same layer while nothing changes, and the same tree when something only moved', async () => {
    const folder = tempFolder()
    const { read } = reader(folder)
    write(folder, { 'a.yaml': 'a: {x: 1}\n', 'b.yaml': 'b: {y: 2}\n' })
    const first = layerOf(await read())
    expect(layerOf(await read())).toBe(first)
    write(folder, { 'a.yaml': '# c\na: {x: 1}\nb: {y: 2}\n', 'b.yaml': '# nothing any more' })
    const moved = layerOf(await read())
    expect(moved.tree).toBe(first.tree)
    expect(moved.digest).toBe(first.digest)
    expect(moved.locate(['b', 'y'])).toMatchObject({ file: join(folder, 'a.yaml'), line: 3 })
    write(folder, { 'b.yaml': 'b: {y: 3}\n' })
    const next = layerOf(await read())
    expect(next.tree).toEqual({ a: { x: 1 }, b: { y: 3 } })
    expect(next.tree['a']).toBe(first.tree['a'])
    expect(next.digest).not.toBe(first.digest)
    expect(first.tree).toEqual({ a: { x: 1 }, b: { y: 2 } })
  })

  it('names every file that is wrong, and gives nothing of the others', async () => {
    const folder = tempFolder()
    write(folder, { 'a.yaml': 'a: 1', 'b.json': '{"password": "hunter2', 'c.toml': 'x = 1\nx = 2' })
    symlinkSync('nowhere', join(folder, 'd.yaml'))
    mkdirSync(join(folder, 'e'))
    const reading = await reader(folder).read()
    expect(reading.kind).toBe('unreadable')
    expect(printed(folder, reading)).toEqual([
      'unreadable D/d.yaml: is a link to something that does not exist. Restore it, or remove what is left of it.',
      expect.stringMatching(/^syntax D\/b\.json:1:14: /),
      'duplicate_key D/c.toml:2:1: this key or table is set twice. Remove one of the two.',
    ])
  })

  it('tells a folder that does not exist, an empty one, and what is no folder', async () => {
    const folder = tempFolder()
    const path = join(folder, 'conf.d')
    expect((await reader(path).read()).kind).toBe('absent')
    mkdirSync(path)
    expect(layerOf(await reader(path).read()).tree).toEqual({})
    writeFileSync(join(folder, 'file'), '')
    const wrong = await reader(join(folder, 'file')).read()
    expect(printed(folder, wrong)).toEqual([
      'unreadable D/file: is not a folder. Give the path of a folder, or use fileSource().',
    ])
    expect(printed(folder, await reader(join(folder, 'file', 'x')).read())).toEqual([
      'unreadable D/file/x: lies below something that is not a folder. Correct the path.',
    ])
  })

  it('limits the files together', async () => {
    const folder = tempFolder()
    const part = Buffer.from(`x: "${' '.repeat(3 * 1024 * 1024)}"\n`)
    write(folder, { 'a.yaml': part, 'b.yaml': part })
    expect(printed(folder, await reader(folder).read())).toEqual([
      'too_large D: has files that are together larger than 5 MiB. Keep large content outside of the configuration.',
    ])
    const many = tempFolder()
    for (let count = 0; count <= 1_000; count += 1) writeFileSync(join(many, `${count}.yaml`), '')
    expect(printed(many, await reader(many).read())).toEqual([
      'too_large D: has more than 1000 files. Put what belongs together into one file.',
    ])
  })

  it('reads a volume of Kubernetes once, through its links', async () => {
    const folder = tempFolder()
    atomicWrite(folder, '2026_01', { 'a.yaml': 'a: 1\n', 'b.yaml': 'b: 1\n' })
    const { read } = reader(folder)
    const first = await read()
    expect(layerOf(first).tree).toEqual({ a: 1, b: 1 })
    expect(printed(folder, first)).toEqual([])
    atomicWrite(folder, '2026_02', { 'a.yaml': 'a: 2\n', 'b.yaml': 'b: 2\n' })
    expect(layerOf(await read()).tree).toEqual({ a: 2, b: 2 })
  })

  describe('in the middle of a change', () => {
    const timings = { settle: 10, maximumWait: 100 }

    it.each([
      ['deleted', (folder: string) => rmSync(join(folder, 'a.yaml'))],
      ['emptied', (folder: string) => writeFileSync(join(folder, 'a.yaml'), '')],
      ['renamed away with its folder', (folder: string) => renameSync(folder, `${folder}-old`)],
    ])('waits for a file that was just %s to come back', async (_what, disturb) => {
      const clock = createManualClock()
      const folder = join(tempFolder(), 'conf.d')
      mkdirSync(folder)
      write(folder, { 'a.yaml': 'a: 1', 'b.yaml': 'b: 1' })
      const { read } = reader(folder, timings, clock)
      await read()
      disturb(folder)
      const reading = read()
      while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve))
      mkdirSync(folder, { recursive: true })
      write(folder, { 'a.yaml': 'a: 2', 'b.yaml': 'b: 1' })
      await clock.advance(10)
      expect(layerOf(await reading).tree).toEqual({ a: 2, b: 1 })
    })

    it('believes that a file is gone after the maximum wait', async () => {
      const clock = createManualClock()
      const folder = tempFolder()
      write(folder, { 'a.yaml': 'a: 1', 'b.yaml': 'b: 1' })
      const { read } = reader(folder, timings, clock)
      await read()
      rmSync(join(folder, 'a.yaml'))
      let settled = false
      const reading = read().finally(() => {
        settled = true
      })
      while (!settled) {
        await new Promise((resolve) => setImmediate(resolve))
        if (clock.pending > 0) await clock.runNext()
      }
      expect(layerOf(await reading).tree).toEqual({ b: 1 })
      expect(clock.monotonic()).toBe(100)
      expect(layerOf(await read()).tree).toEqual({ b: 1 })
    })
  })

  it('wakes when a file is added', async () => {
    const folder = tempFolder()
    write(folder, { 'a.yaml': 'a: 1' })
    const opened = reader(folder, { settle: 5, poll: 3_600_000 })
    const controller = new AbortController()
    const seen = deferred<void>()
    const watching = opened.watch?.(() => {
      void (async () => {
        const reading = await opened.read()
        if (reading.kind === 'layer' && JSON.stringify(reading.layer.tree) === '{"a":1,"b":2}') seen.resolve()
      })()
    }, controller.signal)
    onTestFinished(async () => {
      controller.abort()
      await watching
    })
    write(folder, { 'b.yaml': 'b: 2' })
    await seen.promise
  })

  it('is inert, and named after the path as it is given', () => {
    expect(directorySource('conf.d', { optional: true })).toMatchObject({
      ...{ name: 'directory:conf.d', optional: true, strict: true, references: 'local', follows: 'push' },
    })
    expect(directorySource('conf.d', { watch: false, name: 'x' })).toMatchObject({
      name: 'directory:x',
      follows: 'never',
    })
    expect(() => directorySource('')).toThrow('the path of a file or folder')
  })
})
