import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { type FileHandle, open as openFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { makePipe } from '../../../../../../test/support/make-pipe.ts'
import { systemClock } from '../../../primitives/time/clock.ts'
import type { TrimtabEvent } from '../../event-types.ts'
import { jsonLinesSink, type JsonLinesSinkOptions } from './json-lines-sink.ts'

function open(options: Partial<JsonLinesSinkOptions> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'trimtab-lines-'))
  const path = options.path ?? join(folder, 'events.jsonl')
  const writer = jsonLinesSink({ ...options, path }).open({ clock: systemClock, random: () => 0 })
  onTestFinished(async () => {
    await writer.close?.()
    rmSync(folder, { recursive: true, force: true })
  })
  // What is written does not depend on what it is.
  const write = async (number: number) =>
    writer.deliver({ number } as unknown as TrimtabEvent, new AbortController().signal)
  const numbers = (file = path) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line): unknown => JSON.parse(line).number)
  return { folder, path, writer, write, numbers }
}

test('events are appended, one line each, to what is there, for the owner alone', async () => {
  const { path, write, numbers } = open()
  await write(1)
  await write(2)
  expect(numbers()).toEqual([1, 2])
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('a file that would grow over its limit becomes the first of the old ones, and the oldest goes', async () => {
  // Two lines of 13 bytes fit.
  const { folder, path, write, numbers } = open({ maxBytes: 28, keep: 2 })
  for (let number = 10; number < 18; number += 1) await write(number)
  expect(readdirSync(folder).sort()).toEqual(['events.jsonl', 'events.jsonl.1', 'events.jsonl.2'])
  expect([numbers(), numbers(`${path}.1`), numbers(`${path}.2`)]).toEqual([
    [16, 17],
    [14, 15],
    [12, 13],
  ])
})

test('a line that is longer than the limit has a file of its own', async () => {
  const { path, write, numbers } = open({ maxBytes: 5, keep: 1 })
  await write(1)
  await write(2)
  expect([numbers(), numbers(`${path}.1`)]).toEqual([[2], [1]])
})

test('a file that was moved away, removed or cut off is followed no further', async () => {
  const { folder, path, write, numbers } = open({ maxBytes: 28 })
  await write(1)
  renameSync(path, join(folder, 'moved'))
  await write(2)
  expect([numbers(join(folder, 'moved')), numbers()]).toEqual([[1], [2]])
  rmSync(path)
  await write(3)
  expect(numbers()).toEqual([3])
  writeFileSync(path, '')
  await write(4)
  await write(5)
  expect(numbers()).toEqual([4, 5])
  expect(readdirSync(folder).sort()).toEqual(['events.jsonl', 'moved'])
})

test('a folder that is missing loses the event, and the next one is tried again', async () => {
  const { folder, path, write, numbers } = open()
  rmSync(folder, { recursive: true })
  await expect(write(1)).rejects.toMatchObject({ code: 'ENOENT' })
  mkdirSync(folder)
  await write(2)
  expect([path.startsWith(folder), numbers()]).toEqual([true, [2]])
})

test('a folder that is removed and comes back, with all that was in it, costs the events of that time alone', async () => {
  const { folder, write, numbers } = open()
  await write(1)
  rmSync(folder, { recursive: true })
  await expect(write(2)).rejects.toMatchObject({ code: 'ENOENT' })
  await expect(write(3)).rejects.toMatchObject({ code: 'ENOENT' })
  mkdirSync(folder)
  await write(4)
  expect(numbers()).toEqual([4])
})

test('a path that is a folder, or leads through a file, loses events until it is free', async () => {
  const { folder, path, write, numbers } = open()
  mkdirSync(path)
  await expect(write(1)).rejects.toMatchObject({ code: 'EISDIR' })
  rmSync(path, { recursive: true })
  await write(2)
  expect(numbers()).toEqual([2])
  await expect(open({ path: join(path, 'events.jsonl') }).write(3)).rejects.toMatchObject({ code: 'ENOTDIR' })
  expect(readdirSync(folder)).toEqual(['events.jsonl'])
})

test('a folder that may not be entered any more loses events until it may', async () => {
  const { folder, write, numbers } = open()
  await write(1)
  chmodSync(folder, 0o000)
  // Nothing is forbidden to root.
  const isRoot = process.geteuid?.() === 0
  if (isRoot) process.seteuid?.(65_534)
  try {
    await expect(write(2)).rejects.toMatchObject({ code: 'EACCES' })
  } finally {
    if (isRoot) process.seteuid?.(0)
    chmodSync(folder, 0o700)
  }
  await write(3)
  expect(numbers()).toEqual([1, 3])
})

test('a folder in the place of an old file keeps the limit, costs no old file, and says what to do', async () => {
  const { folder, path, write, numbers } = open({ maxBytes: 14, keep: 3 })
  for (const number of [11, 12, 13]) await write(number)
  rmSync(`${path}.1`)
  mkdirSync(`${path}.1`)
  writeFileSync(join(`${path}.1`, 'precious'), '')
  // As many times as would have pushed every old file out.
  for (const number of [14, 15, 16, 17])
    await expect(write(number)).rejects.toThrow(
      `the file has reached its limit, and ${path}.1 is a folder: move it away`,
    )
  expect(readdirSync(folder).sort()).toEqual(['events.jsonl', 'events.jsonl.1', 'events.jsonl.2'])
  expect([numbers(), numbers(`${path}.2`)]).toEqual([[13], [11]])

  renameSync(`${path}.1`, join(folder, 'elsewhere'))
  await write(18)
  expect([numbers(), numbers(`${path}.1`), numbers(`${path}.2`)]).toEqual([[18], [13], [11]])
})

test('a file that is over the limit at the start is the first of the old ones', async () => {
  const { path, write, numbers } = open({ maxBytes: 28 })
  writeFileSync(path, '{"number":1}\n'.repeat(10))
  await write(2)
  expect([numbers(), numbers(`${path}.1`).length]).toEqual([[2], 10])
})

test('half a line that a killed process left does not swallow the next one, at the start or later', async () => {
  const { path, write } = open()
  writeFileSync(path, '{"number":1}\n{"num')
  await write(2)
  await write(3)
  appendFileSync(path, '{"numb')
  await write(4)
  expect(readFileSync(path, 'utf8').split('\n')).toEqual([
    '{"number":1}',
    '{"num',
    '{"number":2}',
    '{"number":3}',
    '{"numb',
    '{"number":4}',
    '',
  ])
})

test('half a line at the limit stays behind in the old file', async () => {
  const { path, write, numbers } = open({ maxBytes: 20 })
  writeFileSync(path, '{"number":1}\n{"num')
  await write(2)
  expect(numbers()).toEqual([2])
  expect(readFileSync(`${path}.1`, 'utf8')).toBe('{"number":1}\n{"num')
})

test('several sinks on one file lose nothing and tear nothing, though they all begin new files', async () => {
  const first = open({ maxBytes: 200, keep: 100 })
  const others = [1, 2, 3].map(() => open({ path: first.path, maxBytes: 200, keep: 100 }))
  const written: number[] = []
  for (let round = 0; round < 50; round += 1)
    await Promise.all(
      [first, ...others].map(({ write }, index) => {
        const number = 1_000 + round * 10 + index
        written.push(number)
        return write(number)
      }),
    )
  const files = readdirSync(first.folder)
  expect(files.filter((file) => file.endsWith('.lock'))).toEqual([])
  const found = files.flatMap((file) => first.numbers(join(first.folder, file)))
  expect(found).toHaveLength(written.length)
  expect(new Set(found)).toEqual(new Set(written))
  // Nobody began a new file because another one just had.
  expect(files.length).toBeLessThanOrEqual(Math.ceil((written.length * 16) / 200) + 5)
})

test('the lock of a process that was killed while it began a new file holds nobody up for long', async () => {
  const { path, write, numbers } = open({ maxBytes: 14 })
  await write(11)
  writeFileSync(`${path}.lock`, '')
  await write(12)
  expect(numbers()).toEqual([11, 12])
  const past = Date.now() / 1_000 - 60
  utimesSync(`${path}.lock`, past, past)
  await write(13)
  expect([numbers(), numbers(`${path}.1`)]).toEqual([[13], [11, 12]])
})

test('a lock from the future, where a clock has been set back, holds nobody up for longer', async () => {
  const { path, write, numbers } = open({ maxBytes: 14 })
  await write(11)
  writeFileSync(`${path}.lock`, '')
  const future = Date.now() / 1_000 + 3_600
  utimesSync(`${path}.lock`, future, future)
  await write(12)
  expect([numbers(), numbers(`${path}.1`)]).toEqual([[12], [11]])
})

test('what is in the place of the lock and can not be removed keeps the limit, and is named', async () => {
  const { path, write, numbers } = open({ maxBytes: 14 })
  await write(11)
  mkdirSync(`${path}.lock`)
  const past = Date.now() / 1_000 - 60
  utimesSync(`${path}.lock`, past, past)
  await expect(write(12)).rejects.toThrow(`${path}.lock`)
  rmdirSync(`${path}.lock`)
  await write(13)
  expect([numbers(), numbers(`${path}.1`)]).toEqual([[13], [11]])
})

test('a write that hangs and is given up is not overtaken by the next one', async () => {
  const { path, write, writer, numbers } = open()
  await write(1)
  const handle = await openFile(path, 'a')
  const prototype: FileHandle = Object.getPrototypeOf(handle)
  await handle.close()
  const written = prototype.write
  let goOn = () => {}
  let begin = () => {}
  const begun = new Promise<void>((resolve) => (begin = resolve))
  const spy = vi.spyOn(prototype, 'write')
  onTestFinished(() => spy.mockRestore())
  spy.mockImplementationOnce(async function (this: FileHandle, bytes: unknown) {
    await new Promise<void>((resolve) => {
      goOn = resolve
      begin()
    })
    return await Reflect.apply(written, this, [bytes])
  })
  const hanging = write(2)
  const givenUp = new AbortController()
  // As above: what is written does not depend on what it is.
  const late = writer.deliver({ number: 3 } as unknown as TrimtabEvent, givenUp.signal)
  givenUp.abort()
  const next = write(4)
  await begun
  goOn()
  await Promise.all([hanging, late, next])
  expect(numbers()).toEqual([1, 2, 4])
})

test('a disk that fills up within a line loses that event, and the next one stands on a line of its own', async () => {
  const { path, write } = open()
  await write(1)
  const handle = await openFile(path, 'a')
  const prototype: FileHandle = Object.getPrototypeOf(handle)
  await handle.close()
  const written = prototype.write
  const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
  const spy = vi.spyOn(prototype, 'write')
  onTestFinished(() => spy.mockRestore())
  spy.mockImplementationOnce(async function (this: FileHandle, bytes: unknown) {
    // As much as there was room for.
    return await Reflect.apply(written, this, [(bytes as Buffer).subarray(0, 4)])
  })
  spy.mockRejectedValueOnce(full)
  await expect(write(2)).rejects.toBe(full)
  spy.mockRejectedValueOnce(full)
  await expect(write(3)).rejects.toBe(full)
  await write(4)
  expect(readFileSync(path, 'utf8')).toBe('{"number":1}\n{"nu\n{"number":4}\n')
})

test('what is no regular file is not written to', async () => {
  const { write } = open({ path: '/dev/full' })
  await expect(write(1)).rejects.toThrow('no regular file')
  const { folder } = open()
  const pipe = join(folder, 'pipe')
  makePipe(pipe)
  // Nobody reads it: without care, opening it would never end.
  await expect(open({ path: pipe }).write(1)).rejects.toMatchObject({ code: 'ENXIO' })
})

test.each([{ path: '' }, { maxBytes: 0 }, { maxBytes: 1.5 }, { keep: 0 }])('%j is refused', (wrong) => {
  expect(() => jsonLinesSink({ path: 'events.jsonl', ...wrong })).toThrow('of jsonLinesSink() has to be')
})
