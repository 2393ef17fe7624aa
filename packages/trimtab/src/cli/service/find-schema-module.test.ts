import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tempFolder } from '../../../../../test/support/temp-folder.ts'
import { findSchemaModule } from './find-schema-module.ts'

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = tempFolder()
  mkdirSync(join(folder, 'src'))
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text)
  return folder
}

test('package.json comes first, then src/config, then config; TypeScript before JavaScript', async () => {
  const all = { 'src/config.ts': '', 'src/config.js': '', 'config.mts': '' }
  const named = JSON.stringify({ trimtab: { schema: 'src/service.ts' } })
  expect(await findSchemaModule(folderWith({ ...all, 'package.json': named }))).toBe('src/service.ts')
  expect(await findSchemaModule(folderWith({ ...all, 'package.json': '{ "name": "x" }' }))).toBe('src/config.ts')
  expect(await findSchemaModule(folderWith({ 'src/config.js': '', 'config.mts': '' }))).toBe('src/config.js')
  expect(await findSchemaModule(folderWith({ 'config.mts': '', 'config.mjs': '' }))).toBe('config.mts')
})

test('where there is none the error says how to name one', async () => {
  await expect(findSchemaModule(folderWith({}))).rejects.toMatchObject({
    code: 'option_invalid',
    message: expect.stringContaining('no src/config and no config'),
    details: { next: expect.stringContaining('--schema') },
  })
})

test('a package.json that cannot be understood is refused, not passed over', async () => {
  for (const text of ['{', '{ "trimtab": {} }', '{ "trimtab": { "schema": 1 } }', '{ "trimtab": "src/config.ts" }']) {
    const folder = folderWith({ 'src/config.ts': '', 'package.json': text })
    await expect(findSchemaModule(folder), text).rejects.toMatchObject({ code: 'option_invalid' })
  }
})
