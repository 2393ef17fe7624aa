import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tempFolder } from '../../../../../test/support/temp-folder.ts'
import { writeDocument } from './document.ts'
import { type KeptFile, keptFile } from './kept-file.ts'
import { nodeStateFs, type StateFs } from './state-fs.ts'

const name = 'kept.json'

function fileIn(folder: string, fs: StateFs = nodeStateFs): KeptFile {
  return keptFile({ path: join(folder, name), library: 'test', keepPrevious: true, fs })
}

const write = (file: KeptFile, body: number) => file.write({ savedAt: body, body })
const bodyOf = async (folder: string) => {
  const read = await fileIn(folder).read()
  return read.kind === 'kept' ? read.body : read.kind
}

/** A file system that fails at one call; with `dies`, at every later one as well, as after the end of the process. */
function failingFs(at: number, { dies = false } = {}): StateFs & { readonly calls: number } {
  let calls = 0
  const step = async (work: () => Promise<void>, half: () => void = () => {}) => {
    calls += 1
    if (calls === at || (dies && calls > at)) {
      if (calls === at) half()
      throw new Error('ENOSPC')
    }
    await work()
  }
  return {
    get calls() {
      return calls
    },
    write: (path, bytes) =>
      step(
        () => nodeStateFs.write(path, bytes),
        () => writeFileSync(path, bytes.subarray(0, bytes.length / 2)),
      ),
    rename: (from, to) => step(() => nodeStateFs.rename(from, to)),
    syncFolder: (folder) => step(() => nodeStateFs.syncFolder(folder)),
    remove: (path) => step(() => nodeStateFs.remove(path)),
  }
}

describe('a kept file', () => {
  it('gives nothing before the first write, and then what was written last, for its owner alone', async () => {
    const folder = tempFolder()
    const file = fileIn(folder)
    expect(await file.read()).toEqual({ kind: 'none' })
    for (const body of [1, 2, 3]) {
      await write(file, body)
      expect(await file.read()).toEqual({ kind: 'kept', savedAt: body, body })
    }
    expect(readdirSync(folder).sort()).toEqual([name, `${name}.previous`])
    for (const each of readdirSync(folder)) expect(statSync(join(folder, each)).mode & 0o777).toBe(0o600)
  })

  it('falls back to the one before it wherever the newest is cut off, and says so', async () => {
    const folder = tempFolder()
    await write(fileIn(folder), 1)
    await write(fileIn(folder), 2)
    const path = join(folder, name)
    const whole = readFileSync(path)
    for (let length = 0; length < whole.length; length += 1) {
      writeFileSync(path, whole.subarray(0, length))
      const read = await fileIn(folder).read()
      expect(read, `cut at ${length}`).toEqual({ kind: 'kept', savedAt: 1, body: 1, insteadOf: `${path} is damaged` })
    }
  })

  it('is unusable, with every reason, when neither can be read', async () => {
    const folder = tempFolder()
    await write(fileIn(folder), 1)
    await write(fileIn(folder), 2)
    const path = join(folder, name)
    writeFileSync(path, '')
    writeFileSync(`${path}.previous`, 'x')
    expect(await fileIn(folder).read()).toEqual({
      kind: 'unusable',
      why: `${path} is damaged, and ${path}.previous is damaged`,
    })
  })

  it('never lets a damaged newest take the place of the one before it', async () => {
    const folder = tempFolder()
    await write(fileIn(folder), 1)
    await write(fileIn(folder), 2)
    writeFileSync(join(folder, name), 'torn')
    await write(fileIn(folder), 3)
    expect(await bodyOf(folder)).toBe(3)
    writeFileSync(join(folder, name), 'torn')
    expect(await bodyOf(folder)).toBe(1)
  })

  it('uses nothing that a newer library wrote, and replaces it when there is something of its own', async () => {
    const folder = tempFolder()
    const path = join(folder, name)
    const document = JSON.stringify({ version: 99, library: '9.0.0', savedAt: 1, body: {} })
    writeFileSync(
      path,
      `{"checksum":"${createHash('sha256').update(document).digest('hex')}","document":${document}}\n`,
    )
    const why = `${path} was written by a newer Trimtab (9.0.0)`
    expect(await fileIn(folder).read()).toEqual({ kind: 'unusable', why })
    await write(fileIn(folder), 1)
    expect(await bodyOf(folder)).toBe(1)
  })

  it('gives the newest complete one or the one before, whatever step the process ends in', async () => {
    const { calls } = await countCalls()
    expect(calls).toBeGreaterThanOrEqual(4)
    for (let at = 1; at <= calls; at += 1) {
      for (const hadPrevious of [false, true]) {
        const folder = tempFolder()
        if (hadPrevious) await write(fileIn(folder), 1)
        await write(fileIn(folder), 2)
        await expect(write(fileIn(folder, failingFs(at, { dies: true })), 3)).rejects.toThrow('ENOSPC')
        expect([2, 3], `died at ${at}`).toContain(await bodyOf(folder))
        await write(fileIn(folder), 4)
        expect(await bodyOf(folder)).toBe(4)
      }
    }
  })

  it('rejects when the disk is full, keeps what was there, and goes on when there is room again', async () => {
    const { calls } = await countCalls()
    for (let at = 1; at <= calls; at += 1) {
      const folder = tempFolder()
      await write(fileIn(folder), 1)
      const file = fileIn(folder, failingFs(at))
      await expect(write(file, 2)).rejects.toThrow('ENOSPC')
      expect([1, 2]).toContain(await bodyOf(folder))
      await write(file, 3)
      expect(await bodyOf(folder)).toBe(3)
    }
  })

  it('is gone at once when it is removed without waiting', async () => {
    const folder = tempFolder()
    const file = keptFile({ path: join(folder, name), library: 'test', keepPrevious: false })
    await write(file, 1)
    file.removeNow()
    expect(existsSync(join(folder, name))).toBe(false)
    file.removeNow()
    await file.remove()
    expect(await file.read()).toEqual({ kind: 'none' })
  })

  it('refuses what is larger than it would read', async () => {
    const folder = tempFolder()
    await write(fileIn(folder), 1)
    await expect(fileIn(folder).write({ savedAt: 2, body: 'x'.repeat(65 * 1024 * 1024) })).rejects.toThrow('64 MiB')
    expect(await bodyOf(folder)).toBe(1)
  })

  it('does not take a folder or something huge for a document', async () => {
    const folder = tempFolder()
    const file = keptFile({ path: folder, library: 'test', keepPrevious: false })
    expect(await file.read()).toEqual({ kind: 'unusable', why: `${folder} is a folder, not a file` })
    expect(writeDocument({ library: 'test', savedAt: 0, body: null }).length).toBeLessThan(200)
  })
})

async function countCalls(): Promise<{ readonly calls: number }> {
  const folder = tempFolder()
  await write(fileIn(folder), 1)
  const fs = failingFs(0)
  await write(fileIn(folder, fs), 2)
  return fs
}
