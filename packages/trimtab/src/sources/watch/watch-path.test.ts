import {
  appendFileSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { atomicWrite } from '../../../../../test/support/atomic-writer.ts'
import { tempFolder } from '../../../../../test/support/temp-folder.ts'
import { eventsOnly, fullFs, probe, silentFs } from '../../../../../test/support/watch-probe.ts'

/** Every promise holds by events alone, by polls alone over a silent file system, and where no watch can be opened. */
const worlds = [
  { world: 'by events', options: { timings: eventsOnly } },
  { world: 'by polls, where no event comes', options: { timings: { ...eventsOnly, poll: 15 }, fs: silentFs } },
  {
    world: 'without room for watches (ENOSPC)',
    options: { timings: { ...eventsOnly, poll: 15 }, fs: fullFs('ENOSPC') },
  },
  { world: 'without handles (EMFILE)', options: { timings: { ...eventsOnly, poll: 15 }, fs: fullFs('EMFILE') } },
]

describe.each(worlds)('a watched file, $world', ({ options }) => {
  it('is seen after an ordinary write', async () => {
    const file = join(tempFolder(), 'config.yaml')
    writeFileSync(file, 'a: 1')
    const reader = await probe(file, options)
    writeFileSync(file, 'a: 2')
    await reader.sees('a: 2')
    writeFileSync(file, 'a: 3')
    await reader.sees('a: 3')
  })

  it('is seen after an editor writes a new file and renames it over the old', async () => {
    const folder = tempFolder()
    const file = join(folder, 'config.yaml')
    writeFileSync(file, 'a: 1')
    const reader = await probe(file, options)
    for (const text of ['a: 2', 'a: 3', 'a: 4']) {
      writeFileSync(join(folder, '.config.yaml.swp'), text)
      renameSync(join(folder, '.config.yaml.swp'), file)
      await reader.sees(text)
    }
  })

  it('is seen after an editor renames the old file to a back-up and writes a new one', async () => {
    const file = join(tempFolder(), 'config.yaml')
    writeFileSync(file, 'a: 1')
    const reader = await probe(file, options)
    for (const text of ['a: 2', 'a: 3', 'a: 4']) {
      renameSync(file, `${file}~`)
      writeFileSync(file, text)
      await reader.sees(text)
    }
  })

  it('is seen after it is truncated and written in pieces', async () => {
    const file = join(tempFolder(), 'config.yaml')
    writeFileSync(file, 'a: 1\nb: 1\n')
    const reader = await probe(file, options)
    truncateSync(file)
    appendFileSync(file, 'a: 2\n')
    appendFileSync(file, 'b: 2\n')
    await reader.sees('a: 2\nb: 2\n')
  })

  it('is seen half written, and whole when the rest has followed', async () => {
    const file = join(tempFolder(), 'config.yaml')
    writeFileSync(file, 'a: 1\nb: 1\n')
    const reader = await probe(file, options)
    writeFileSync(file, 'a: 2\nb:')
    await reader.sees('a: 2\nb:')
    appendFileSync(file, ' 2\n')
    await reader.sees('a: 2\nb: 2\n')
  })

  it('is seen gone and seen back', async () => {
    const file = join(tempFolder(), 'config.yaml')
    writeFileSync(file, 'a: 1')
    const reader = await probe(file, options)
    for (const text of ['a: 2', 'a: 3']) {
      unlinkSync(file)
      await reader.sees('ENOENT')
      writeFileSync(file, text)
      await reader.sees(text)
    }
  })

  it('is seen when its folder is deleted and made anew, again and again', async () => {
    const folder = join(tempFolder(), 'etc')
    const file = join(folder, 'config.yaml')
    mkdirSync(folder)
    writeFileSync(file, 'a: 0')
    const reader = await probe(file, options)
    for (const text of ['a: 1', 'a: 2', 'a: 3']) {
      rmSync(folder, { recursive: true })
      mkdirSync(folder)
      writeFileSync(file, text)
      await reader.sees(text)
      rmSync(folder, { recursive: true })
      await reader.sees('ENOENT')
      mkdirSync(folder)
      writeFileSync(file, `${text}0`)
      await reader.sees(`${text}0`)
      writeFileSync(file, `${text}00`)
      await reader.sees(`${text}00`)
    }
  })

  it('is seen when its folder is moved away and another takes its place', async () => {
    const folder = tempFolder()
    const file = join(folder, 'live', 'config.yaml')
    for (const [name, text] of [
      ['live', 'a: 1'],
      ['next', 'a: 2'],
    ] as const) {
      mkdirSync(join(folder, name))
      writeFileSync(join(folder, name, 'config.yaml'), text)
    }
    const reader = await probe(file, options)
    renameSync(join(folder, 'live'), join(folder, 'old'))
    renameSync(join(folder, 'next'), join(folder, 'live'))
    await reader.sees('a: 2')
    writeFileSync(file, 'a: 3')
    await reader.sees('a: 3')
  })

  it('is seen when it comes to exist', async () => {
    const file = join(tempFolder(), 'config.yaml')
    const reader = await probe(file, options)
    expect(reader.current).toBe('ENOENT')
    writeFileSync(file, 'a: 1')
    await reader.sees('a: 1')
  })

  it('is seen when its folders come to exist, one after another', async () => {
    const root = tempFolder()
    const file = join(root, 'a', 'b', 'c', 'config.yaml')
    const reader = await probe(file, options)
    mkdirSync(join(root, 'a'))
    await reader.woken(reader.wakes + 1)
    mkdirSync(join(root, 'a', 'b', 'c'), { recursive: true })
    writeFileSync(file, 'a: 1')
    await reader.sees('a: 1')
    writeFileSync(file, 'a: 2')
    await reader.sees('a: 2')
  })

  it('is seen when a file stood where its folder belongs', async () => {
    const folder = join(tempFolder(), 'etc')
    const file = join(folder, 'config.yaml')
    writeFileSync(folder, 'not a folder')
    const reader = await probe(file, options)
    expect(reader.current).toBe('ENOTDIR')
    unlinkSync(folder)
    mkdirSync(folder)
    writeFileSync(file, 'a: 1')
    await reader.sees('a: 1')
  })

  it("is seen through Kubernetes' swap of the ..data link", async () => {
    const volume = tempFolder()
    atomicWrite(volume, '2026_01_01', { 'config.yaml': 'a: 1', 'other.yaml': 'b: 1' })
    const reader = await probe(join(volume, 'config.yaml'), options)
    for (const [stamp, text] of [
      ['2026_01_02', 'a: 2'],
      ['2026_01_03', 'a: 3'],
      ['2026_01_04', 'a: 4'],
    ] as const) {
      atomicWrite(volume, stamp, { 'config.yaml': text, 'other.yaml': 'b: 1' })
      await reader.sees(text)
    }
    atomicWrite(volume, '2026_01_05', { 'other.yaml': 'b: 1' })
    await reader.sees('ENOENT')
    atomicWrite(volume, '2026_01_06', { 'config.yaml': 'a: 6' })
    await reader.sees('a: 6')
  })

  it('is seen when it is a link and the file elsewhere changes, in place or by replacement', async () => {
    const folder = tempFolder()
    mkdirSync(join(folder, 'elsewhere'))
    const target = join(folder, 'elsewhere', 'real.yaml')
    mkdirSync(join(folder, 'etc'))
    const file = join(folder, 'etc', 'config.yaml')
    writeFileSync(target, 'a: 1')
    symlinkSync(target, file)
    const reader = await probe(file, options)
    writeFileSync(target, 'a: 2')
    await reader.sees('a: 2')
    for (const text of ['a: 3', 'a: 4']) {
      writeFileSync(`${target}.new`, text)
      renameSync(`${target}.new`, target)
      await reader.sees(text)
    }
  })

  it('is seen when a link is pointed elsewhere, and follows the new file', async () => {
    const folder = tempFolder()
    const place = (name: string) => join(folder, name, 'real.yaml')
    for (const name of ['one', 'two']) {
      mkdirSync(join(folder, name))
      writeFileSync(place(name), name)
    }
    mkdirSync(join(folder, 'etc'))
    const file = join(folder, 'etc', 'config.yaml')
    symlinkSync(place('one'), file)
    const reader = await probe(file, options)
    symlinkSync(place('two'), `${file}.new`)
    renameSync(`${file}.new`, file)
    await reader.sees('two')
    writeFileSync(place('two'), 'two, changed')
    await reader.sees('two, changed')
    unlinkSync(file)
    symlinkSync(relative(join(folder, 'etc'), place('one')), file)
    await reader.sees('one')
    writeFileSync(place('one'), 'one, changed')
    await reader.sees('one, changed')
  })

  it('is seen through a chain of links, whichever of them moves', async () => {
    const folder = tempFolder()
    for (const name of ['a', 'b', 'c', 'd']) mkdirSync(join(folder, name))
    writeFileSync(join(folder, 'd', 'one'), 'one')
    writeFileSync(join(folder, 'd', 'two'), 'two')
    symlinkSync('../d/one', join(folder, 'c', 'third'))
    symlinkSync(join(folder, 'c'), join(folder, 'b', 'second'))
    symlinkSync('../b/second/third', join(folder, 'a', 'first'))
    const reader = await probe(join(folder, 'a', 'first'), options)
    expect(reader.current).toBe('one')
    unlinkSync(join(folder, 'c', 'third'))
    symlinkSync('../d/two', join(folder, 'c', 'third'))
    await reader.sees('two')
    mkdirSync(join(folder, 'e'))
    writeFileSync(join(folder, 'e', 'third'), 'three')
    unlinkSync(join(folder, 'b', 'second'))
    symlinkSync('../e', join(folder, 'b', 'second'))
    await reader.sees('three')
    unlinkSync(join(folder, 'a', 'first'))
    await reader.sees('ENOENT')
    symlinkSync(join(folder, 'd', 'one'), join(folder, 'a', 'first'))
    await reader.sees('one')
  })

  it('is seen when a folder above it is a link that a deployment moves', async () => {
    const folder = tempFolder()
    for (const release of ['1', '2', '3']) {
      mkdirSync(join(folder, 'releases', release, 'etc'), { recursive: true })
      writeFileSync(join(folder, 'releases', release, 'etc', 'config.yaml'), `release: ${release}`)
    }
    symlinkSync('releases/1', join(folder, 'current'))
    const reader = await probe(join(folder, 'current', 'etc', 'config.yaml'), options)
    for (const release of ['2', '3', '1']) {
      symlinkSync(`releases/${release}`, join(folder, 'current.new'))
      renameSync(join(folder, 'current.new'), join(folder, 'current'))
      await reader.sees(`release: ${release}`)
    }
  })

  it('is seen after links that led in a circle, or nowhere, lead to a file', async () => {
    const folder = tempFolder()
    const file = join(folder, 'config.yaml')
    symlinkSync('loop', join(folder, 'config.yaml'))
    symlinkSync('config.yaml', join(folder, 'loop'))
    const reader = await probe(file, options)
    expect(reader.current).toBe('ELOOP')
    unlinkSync(join(folder, 'loop'))
    symlinkSync('later.yaml', join(folder, 'loop'))
    await reader.sees('ENOENT')
    writeFileSync(join(folder, 'later.yaml'), 'a: 1')
    await reader.sees('a: 1')
  })

  it('is seen when a file of the same size and time takes its place', async () => {
    const folder = tempFolder()
    const file = join(folder, 'config.yaml')
    const time = new Date('2026-01-01T00:00:00Z')
    writeFileSync(file, 'a: 1')
    writeFileSync(join(folder, 'next'), 'a: 2')
    utimesSync(file, time, time)
    utimesSync(join(folder, 'next'), time, time)
    const reader = await probe(file, options)
    renameSync(join(folder, 'next'), file)
    expect(statSync(file).mtime).toEqual(time)
    await reader.sees('a: 2')
  })

  it('is seen when it is written through another name for it', async () => {
    const folder = tempFolder()
    mkdirSync(join(folder, 'elsewhere'))
    const file = join(folder, 'config.yaml')
    writeFileSync(file, 'a: 1')
    linkSync(file, join(folder, 'elsewhere', 'same.yaml'))
    const reader = await probe(file, options)
    writeFileSync(join(folder, 'elsewhere', 'same.yaml'), 'a: 2')
    await reader.sees('a: 2')
  })

  it('is seen in its final state after a burst of 1,000 saves', async () => {
    const folder = tempFolder()
    const file = join(folder, 'config.yaml')
    writeFileSync(file, 'save 0')
    const reader = await probe(file, options)
    for (let count = 1; count <= 1_000; count += 1) {
      const text = `save ${count}`
      if (count % 3 === 0) {
        writeFileSync(`${file}.new`, text)
        renameSync(`${file}.new`, file)
      } else if (count % 3 === 1) writeFileSync(file, text)
      else {
        unlinkSync(file)
        writeFileSync(file, text)
      }
      // Lets the watcher see the middle of it as well.
      if (count % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    await reader.sees('save 1000')
  })

  it('wakes while it is written continuously, and for the final state', async () => {
    const file = join(tempFolder(), 'config.yaml')
    writeFileSync(file, '')
    const reader = await probe(file, options)
    const before = reader.wakes
    let written = 0
    while (reader.wakes < before + 4) {
      written += 1
      writeFileSync(file, `write ${written}`)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await reader.sees(`write ${written}`)
  })
})

describe.each(worlds)('a watched directory, $world', ({ options: { ...world } }) => {
  const options = { ...world, kind: 'directory' as const }

  it('is seen when a file is added, changed, replaced, renamed or removed', async () => {
    const folder = tempFolder()
    const reader = await probe(folder, options)
    expect(reader.current).toEqual([])
    writeFileSync(join(folder, '10-a.yaml'), 'a: 1')
    await reader.sees([['10-a.yaml', 'a: 1']])
    writeFileSync(join(folder, '10-a.yaml'), 'a: 2')
    await reader.sees([['10-a.yaml', 'a: 2']])
    writeFileSync(join(folder, '.new'), 'a: 3')
    renameSync(join(folder, '.new'), join(folder, '10-a.yaml'))
    await reader.sees([['10-a.yaml', 'a: 3']])
    renameSync(join(folder, '10-a.yaml'), join(folder, '20-b.yaml'))
    await reader.sees([['20-b.yaml', 'a: 3']])
    unlinkSync(join(folder, '20-b.yaml'))
    await reader.sees([])
  })

  it("is seen through Kubernetes' swap of the ..data link", async () => {
    const volume = tempFolder()
    atomicWrite(volume, '1', { 'a.yaml': '1' })
    const reader = await probe(volume, options)
    atomicWrite(volume, '2', { 'a.yaml': '2', 'b.yaml': '2' })
    await reader.sees([
      ['a.yaml', '2'],
      ['b.yaml', '2'],
    ])
    atomicWrite(volume, '3', { 'b.yaml': '3' })
    await reader.sees([['b.yaml', '3']])
  })

  it('is seen when an entry is a link and the file elsewhere changes', async () => {
    const root = tempFolder()
    const folder = join(root, 'conf.d')
    mkdirSync(folder)
    mkdirSync(join(root, 'elsewhere'))
    const target = join(root, 'elsewhere', 'real.yaml')
    writeFileSync(target, '1')
    symlinkSync(target, join(folder, 'a.yaml'))
    const reader = await probe(folder, options)
    writeFileSync(target, '2')
    await reader.sees([['a.yaml', '2']])
    writeFileSync(`${target}.new`, '3')
    renameSync(`${target}.new`, target)
    await reader.sees([['a.yaml', '3']])
  })

  it('is seen when it comes to exist, vanishes, is replaced, or turns into a file', async () => {
    const root = tempFolder()
    const folder = join(root, 'etc', 'conf.d')
    const reader = await probe(folder, options)
    expect(reader.current).toBe('ENOENT')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'a.yaml'), '1')
    await reader.sees([['a.yaml', '1']])
    mkdirSync(join(root, 'next'))
    writeFileSync(join(root, 'next', 'b.yaml'), '2')
    renameSync(folder, join(root, 'old'))
    renameSync(join(root, 'next'), folder)
    await reader.sees([['b.yaml', '2']])
    rmSync(join(root, 'etc'), { recursive: true })
    await reader.sees('ENOENT')
    mkdirSync(join(root, 'etc'))
    writeFileSync(folder, 'not a folder')
    await reader.sees('ENOTDIR')
    unlinkSync(folder)
    mkdirSync(folder)
    writeFileSync(join(folder, 'c.yaml'), '3')
    await reader.sees([['c.yaml', '3']])
    writeFileSync(join(folder, 'c.yaml'), '4')
    await reader.sees([['c.yaml', '4']])
  })

  it('is seen through a link to it', async () => {
    const root = tempFolder()
    for (const name of ['one', 'two']) {
      mkdirSync(join(root, name))
      writeFileSync(join(root, name, 'a.yaml'), name)
    }
    symlinkSync('one', join(root, 'conf.d'))
    const reader = await probe(join(root, 'conf.d'), options)
    symlinkSync('two', join(root, 'new'))
    renameSync(join(root, 'new'), join(root, 'conf.d'))
    await reader.sees([['a.yaml', 'two']])
    writeFileSync(join(root, 'two', 'b.yaml'), 'more')
    await reader.sees([
      ['a.yaml', 'two'],
      ['b.yaml', 'more'],
    ])
  })

  it('is seen in its final state after a burst of changes to a hundred entries', async () => {
    const folder = tempFolder()
    const reader = await probe(folder, options)
    for (let count = 0; count < 1_000; count += 1) {
      writeFileSync(join(folder, `${String(count % 100).padStart(3, '0')}.yaml`), `${count}`)
      if (count % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    await reader.sees(
      Array.from({ length: 100 }, (_, index) => [`${String(index).padStart(3, '0')}.yaml`, `${900 + index}`]),
    )
  })
})
