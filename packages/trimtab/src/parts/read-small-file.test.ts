import { execFileSync } from 'node:child_process'
import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { tempFolder } from '../../../../test/support/temp-folder.ts'
import { readSmallFile } from './read-small-file.ts'

const { signal } = new AbortController()

it('gives the text of a file', async () => {
  const path = join(tempFolder(), 'a')
  writeFileSync(path, 'text')
  expect(await readSmallFile(path, signal)).toBe('text')
})

it('refuses what is too large, or would never end', async () => {
  const folder = tempFolder()
  const large = join(folder, 'large')
  writeFileSync(large, '')
  truncateSync(large, 1024 * 1024 + 1)
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
  await expect(readSmallFile(large, signal)).rejects.toThrow('larger than 1 MiB')
  await expect(readSmallFile(pipe, signal)).rejects.toThrow('not a regular file')
  await expect(readSmallFile(folder, signal)).rejects.toThrow('not a regular file')
  await expect(readSmallFile(join(folder, 'absent'), signal)).rejects.toThrow('ENOENT')
})
