import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tempFolder } from '../../../../../test/support/temp-folder.ts'
import { writeFiles } from './write-files.ts'

const files = new Map([
  ['package.json', '{}'],
  ['src/main.ts', 'main'],
  ['src/deep/er/x.ts', 'x'],
])

test('all files are written, with the folders they need', async () => {
  const folder = join(tempFolder(), 'new', 'service')
  await writeFiles({ folder, shown: 'service', files })
  for (const [file, text] of files) expect(readFileSync(join(folder, file), 'utf8')).toBe(text)
})

test('where files exist nothing is written, and each of them is named', async () => {
  const folder = tempFolder()
  mkdirSync(join(folder, 'src'))
  writeFileSync(join(folder, 'package.json'), 'mine')
  writeFileSync(join(folder, 'src/main.ts'), 'mine')
  await expect(writeFiles({ folder, shown: 'svc', files })).rejects.toMatchObject({
    code: 'option_invalid',
    message: 'Nothing was written, because these files exist:\n  svc/package.json\n  svc/src/main.ts',
  })
  expect(readFileSync(join(folder, 'package.json'), 'utf8')).toBe('mine')
  expect(readdirSync(join(folder, 'src'))).toEqual(['main.ts'])
})

test('where one cannot be written, those before it are taken away again, and what was there is left', async () => {
  const parent = tempFolder()
  const folder = join(parent, 'service')
  // A file where a folder is needed.
  const impossible = new Map([...files, ['package.json/x', '']])
  await expect(writeFiles({ folder, shown: 'svc', files: impossible })).rejects.toMatchObject({
    code: 'option_invalid',
    message: expect.stringContaining('svc cannot be written to: '),
  })
  expect(existsSync(folder)).toBe(false)

  mkdirSync(folder)
  writeFileSync(join(folder, 'notes.txt'), 'mine')
  await expect(writeFiles({ folder, shown: 'svc', files: impossible })).rejects.toThrow()
  expect(readdirSync(folder)).toEqual(['notes.txt'])
})

test('a file in the place of the folder is left alone', async () => {
  const folder = join(tempFolder(), 'taken')
  writeFileSync(folder, 'mine')
  await expect(writeFiles({ folder, shown: 'taken', files })).rejects.toMatchObject({ code: 'option_invalid' })
  expect(readFileSync(folder, 'utf8')).toBe('mine')
})
