import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tempFolder } from '../../../../../test/support/temp-folder.ts'
import { silentLogger } from '../../primitives/logger.ts'
import { digestKey } from './digest-key.ts'

test('a slot keeps the key it was given first, for its owner alone', async () => {
  const folder = tempFolder()
  const key = await digestKey(folder, silentLogger)
  expect(key).toHaveLength(32)
  expect(await digestKey(folder, silentLogger)).toEqual(key)
  expect((await stat(join(folder, 'digest.key'))).mode & 0o777).toBe(0o600)
  expect(await digestKey(tempFolder(), silentLogger)).not.toEqual(key)
})

test('a key that was cut off is replaced', async () => {
  const folder = tempFolder()
  await writeFile(join(folder, 'digest.key'), 'short')
  const key = await digestKey(folder, silentLogger)
  expect(key).toHaveLength(32)
  expect(new Uint8Array(await readFile(join(folder, 'digest.key')))).toEqual(new Uint8Array(key))
})

test('a folder that can not be written to costs the memory, not the start', async () => {
  const warnings: string[] = []
  const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) }
  expect(await digestKey(join(tempFolder(), 'gone'), logger)).toHaveLength(32)
  expect(warnings).toHaveLength(1)
})
