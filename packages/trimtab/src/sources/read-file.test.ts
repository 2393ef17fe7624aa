import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { makePipe } from '../../../../test/support/make-pipe.ts'
import { tempFolder } from '../../../../test/support/temp-folder.ts'
import { type FileRead, nodeReadFs, type ReadFs, readFileWithin } from './read-file.ts'

const phrase = (read: FileRead) => (read.kind === 'read' ? 'read' : `${read.kind}: ${read.message}`)

/** A file system in which opening fails as the system says it. */
const failing = (code: string): ReadFs => ({
  ...nodeReadFs,
  open: async () => {
    throw Object.assign(new Error(`${code}: hunter2`), { code })
  },
})

describe('readFileWithin', () => {
  it('reads a file, also through links, up to its last byte', async () => {
    const folder = tempFolder()
    const bytes = Buffer.from('a: 1\n')
    writeFileSync(join(folder, 'real'), bytes)
    symlinkSync('real', join(folder, 'link'))
    for (const name of ['real', 'link']) {
      const read = await readFileWithin(join(folder, name), 5)
      expect(read).toMatchObject({ kind: 'read', isWhole: true })
      expect(read.kind === 'read' && Buffer.from(read.bytes).equals(bytes)).toBe(true)
    }
  })

  it('refuses a file that has one byte too many', async () => {
    const path = join(tempFolder(), 'f')
    writeFileSync(path, Buffer.alloc(1024 * 1024 + 1))
    expect(await readFileWithin(path, 1024 * 1024)).toMatchObject({
      code: 'too_large',
      message: 'is larger than 1 MiB',
    })
  })

  it('reads what claims to be empty and is not, within the limit', async () => {
    const status = '/proc/self/status'
    const read = await readFileWithin(status, 1024 * 1024)
    expect(read.kind === 'read' && Buffer.from(read.bytes).toString()).toContain('Name:')
    expect(await readFileWithin(status, 10)).toMatchObject({ code: 'too_large' })
  })

  it('tells a file that does not exist from a link that leads nowhere', async () => {
    const folder = tempFolder()
    symlinkSync('nowhere', join(folder, 'dangling'))
    expect(phrase(await readFileWithin(join(folder, 'none'), 5))).toBe('absent: does not exist')
    expect(phrase(await readFileWithin(join(folder, 'dangling'), 5))).toBe(
      'absent: is a link to something that does not exist',
    )
  })

  it('does not open what is no regular file, so that a pipe cannot keep it waiting', async () => {
    const folder = tempFolder()
    mkdirSync(join(folder, 'folder'))
    makePipe(join(folder, 'pipe'))
    const server = createServer()
    await new Promise<void>((resolve) => void server.listen(join(folder, 'socket'), resolve))
    onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())))
    expect(phrase(await readFileWithin(join(folder, 'folder'), 5))).toBe('refused: is a folder, not a file')
    expect(phrase(await readFileWithin(join(folder, 'pipe'), 5))).toBe('refused: is a pipe, not a regular file')
    expect(phrase(await readFileWithin(join(folder, 'socket'), 5))).toBe('refused: is a socket, not a regular file')
    expect(phrase(await readFileWithin('/dev/zero', 5))).toBe('refused: is a device, not a regular file')
  })

  it('does not wait either for a pipe that has taken the place of the file after the look at it', async () => {
    const folder = tempFolder()
    writeFileSync(join(folder, 'file'), 'x')
    makePipe(join(folder, 'pipe'))
    const swapped: ReadFs = { ...nodeReadFs, open: () => nodeReadFs.open(join(folder, 'pipe')) }
    expect(phrase(await readFileWithin(join(folder, 'file'), 5, swapped))).toBe(
      'refused: is a pipe, not a regular file',
    )
  })

  it('says when the file was written to while it was read', async () => {
    const path = join(tempFolder(), 'f')
    writeFileSync(path, 'first')
    const racing: ReadFs = {
      ...nodeReadFs,
      async open() {
        const handle = await nodeReadFs.open(path)
        const { stat } = handle
        let looks = 0
        handle.stat = (async (...args: Parameters<typeof stat>) => {
          looks += 1
          if (looks === 2) writeFileSync(path, 'second one')
          return stat.apply(handle, args)
        }) as typeof stat
        return handle
      },
    }
    expect(await readFileWithin(path, 100, racing)).toMatchObject({ kind: 'read', isWhole: false })
  })

  it.each([
    ['EACCES', 'may not be read by this process'],
    ['EPERM', 'may not be read by this process'],
    ['ELOOP', 'is a link that leads back to itself'],
    ['EMFILE', 'cannot be opened: too many files are open'],
    ['EIO', 'cannot be read: the device reports an error'],
    ['ESTALE', 'cannot be read (ESTALE)'],
  ])('explains %s in words, without what the system says', async (code, expected) => {
    const path = join(tempFolder(), 'f')
    writeFileSync(path, 'x')
    const read = await readFileWithin(path, 5, failing(code))
    expect(phrase(read)).toBe(`refused: ${expected}`)
    expect(JSON.stringify(read)).not.toContain('hunter2')
  })

  it('explains paths that cannot exist', async () => {
    const folder = tempFolder()
    writeFileSync(join(folder, 'file'), 'x')
    symlinkSync('loop', join(folder, 'loop'))
    expect(phrase(await readFileWithin(join(folder, 'file', 'x'), 5))).toContain(
      'lies below something that is not a folder',
    )
    expect(phrase(await readFileWithin(join(folder, 'loop'), 5))).toContain('is a link that leads back to itself')
    expect(phrase(await readFileWithin(join(folder, 'x'.repeat(300)), 5))).toContain('has a name that is too long')
  })
})
