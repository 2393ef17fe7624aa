import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { systemClock } from '../../primitives/time/clock.ts'
import { defineConfig } from '../../schema/define-config.ts'
import { perTenant } from '../../schema/marks.ts'
import { createManualClock } from '../../testing/manual-clock.ts'
import { overlayFolder } from './overlay-folder.ts'

const { shape } = defineConfig(z.object({ limits: perTenant(z.object({ rate: z.number().default(1) })) }))
const signal = new AbortController().signal
const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function open(files: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'trimtab-overlays-'))
  folders.push(folder)
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  for (const [name, text] of Object.entries(files)) write(name, text)
  const clock = createManualClock()
  const reader = overlayFolder(folder).open({ clock, random: () => 0, shape })
  const list = async () => {
    const listing = await reader.list(signal)
    if (listing.kind !== 'listed') return listing.problems.map(({ message }) => message)
    return listing.tenants.map(({ tenant, isChanged }) => `${tenant}${isChanged ? '*' : ''}`)
  }
  const read = async (tenant: string) => {
    const reading = await reader.read(tenant, signal)
    return reading.kind === 'layer' ? reading.layer.tree : reading.kind
  }
  return { folder, write, clock, reader, list, read }
}

test('each file is the overlay of the tenant it is named after, in any format', async () => {
  const { folder, list, read, reader } = open({
    'acme.yaml': 'limits:\n  rate: 5\n',
    'globex.json': '{ "limits": { "rate": 6 } }',
    'initech.toml': 'limits.rate = 7\n',
    'empty.yml': '',
    '.hidden.yaml': 'x',
    'notes.txt': 'x',
  })
  await expect(list()).resolves.toEqual(['acme*', 'empty*', 'globex*', 'initech*'])
  await expect(Promise.all(['acme', 'globex', 'initech', 'empty'].map(read))).resolves.toEqual([
    { limits: { rate: 5 } },
    { limits: { rate: 6 } },
    { limits: { rate: 7 } },
    {},
  ])
  await expect(list()).resolves.toEqual(['acme', 'empty', 'globex', 'initech'])
  const reading = await reader.read('acme', signal)
  if (reading.kind !== 'layer') throw new Error('expected a layer')
  const file = join(folder, 'acme.yaml')
  expect(reading.layer.source).toBe(`tenants:${folder}`)
  expect(reading.layer.locate(['limits', 'rate'])).toEqual({ kind: 'file', file, line: 2, column: 9 })
  expect(reading.layer.locate(['limits', 'other'])).toMatchObject({ file, line: 1 })
  expect(reading.layer.locate(['other'])).toEqual({ kind: 'file', file })
  const listing = await reader.list(signal)
  expect(listing).toMatchObject({ warnings: [{ origin: { location: { file: join(folder, 'notes.txt') } } }] })
})

test('only what has been touched is changed', async () => {
  const { write, list, read } = open({ 'acme.yaml': 'limits: { rate: 5 }', 'globex.yaml': '' })
  await list()
  await Promise.all(['acme', 'globex'].map(read))
  write('acme.yaml', 'limits: { rate: 60 }')
  await expect(list()).resolves.toEqual(['acme*', 'globex'])
  await expect(read('acme')).resolves.toEqual({ limits: { rate: 60 } })
  await expect(list()).resolves.toEqual(['acme', 'globex'])
})

test('a broken file is unreadable, with the place and without its text', async () => {
  const { folder, reader, list } = open({ 'acme.yaml': 'limits:\n  password: "hunter2\n', 'globex.yaml': '- 1' })
  await list()
  const reading = await reader.read('acme', signal)
  expect(reading).toMatchObject({
    kind: 'unreadable',
    problems: [{ origin: { location: { file: join(folder, 'acme.yaml') } } }],
  })
  expect(JSON.stringify(reading)).not.toContain('hunter2')
  await expect(reader.read('globex', signal)).resolves.toMatchObject({
    kind: 'unreadable',
    problems: [{ code: 'not_an_object' }],
  })
})

test('one that has vanished is waited for before it counts as deleted', async () => {
  const { folder, write, clock, list, read } = open({ 'acme.json': '{ "limits": { "rate": 5 } }' })
  await list()
  await read('acme')
  renameSync(join(folder, 'acme.json'), join(folder, '.acme.old'))
  await list()
  const reading = read('acme')
  const isOver = { yet: false }
  void reading.then(() => {
    isOver.yet = true
  })
  while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve))
  expect(isOver.yet).toBe(false)
  write('acme.json', '{ "limits": { "rate": 6 } }')
  await clock.advance(100)
  await expect(reading).resolves.toEqual({ limits: { rate: 6 } })

  rmSync(join(folder, 'acme.json'))
  await expect(list()).resolves.toEqual([])
  const gone = read('acme')
  let end: unknown
  void gone.then((value) => {
    end = value
  })
  while (end === undefined) {
    await clock.advance(100)
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(end).toBe('absent')
  await expect(read('acme')).resolves.toBe('absent')
})

test('two files of one tenant are neither', async () => {
  const { reader, list } = open({ 'acme.json': '{}', 'acme.yaml': '' })
  await expect(list()).resolves.toEqual(['acme*'])
  await expect(reader.read('acme', signal)).resolves.toMatchObject({
    kind: 'unreadable',
    problems: [{ code: 'ambiguous_name', message: 'a tenant has one file, and this one has acme.json and acme.yaml' }],
  })
})

test('a folder that is not there, or none, is no empty list', async () => {
  const { folder, write, list } = open()
  rmSync(folder, { recursive: true })
  await expect(list()).resolves.toEqual(['does not exist'])
  writeFileSync(folder, '')
  await expect(list()).resolves.toEqual(['lies below something that is not a folder'])
  rmSync(folder)
  mkdirSync(folder)
  write('acme.yaml', '')
  await expect(list()).resolves.toEqual(['acme*'])
})

test('what happens in the folder wakes', async () => {
  const { folder, write } = open()
  const reader = overlayFolder(folder, { settle: 1 }).open({ clock: systemClock, random: () => 0, shape })
  const controller = new AbortController()
  const wakes: (() => void)[] = []
  const woken = () => new Promise<void>((resolve) => wakes.push(resolve))
  const first = woken()
  const watching = reader.watch?.(() => wakes.shift()?.(), controller.signal)
  await first
  const second = woken()
  write('acme.yaml', '')
  await second
  controller.abort()
  await watching
  await reader.close()
  expect(
    overlayFolder(folder, { watch: false }).open({ clock: systemClock, random: () => 0, shape }).watch,
  ).toBeUndefined()
  expect(() => overlayFolder('x', { settle: -1 })).toThrow(/settle/)
})
