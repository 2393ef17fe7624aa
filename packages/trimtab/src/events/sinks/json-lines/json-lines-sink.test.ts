import { mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
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
