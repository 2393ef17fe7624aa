import { execFileSync } from 'node:child_process'
import { closeSync, constants, mkdirSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { destination as openStream } from 'pino'
import { expect, it } from 'vitest'
import { tempFolder } from '../../../../../test/support/temp-folder.ts'
import { checkDestination, openDestination } from './log-destination.ts'

const unexpected = (error: Error) => {
  throw error
}

it('appends each line to its file before the call returns', async () => {
  const to = join(tempFolder(), 'service.log')
  const first = await openDestination({ openStream, to, format: 'json', onBroken: unexpected })
  first.write('one\n')
  expect(readFileSync(to, 'utf8')).toBe('one\n')
  const second = await openDestination({ openStream, to, format: 'json', onBroken: unexpected })
  second.write('two\n')
  first.write('three\n')
  await Promise.all([first.close(), second.close()])
  expect(readFileSync(to, 'utf8')).toBe('one\ntwo\nthree\n')
})

it('drops lines that come after the end, and ends once', async () => {
  const to = join(tempFolder(), 'service.log')
  const destination = await openDestination({ openStream, to, format: 'text', onBroken: unexpected })
  await Promise.all([destination.close(), destination.close()])
  destination.write('late\n')
  expect(readFileSync(to, 'utf8')).toBe('')
})

it('refuses what no line can be appended to', async () => {
  const folder = tempFolder()
  mkdirSync(join(folder, 'folder'))
  execFileSync('mkfifo', [join(folder, 'pipe')])
  const open = (name: string) =>
    openDestination({ openStream, to: join(folder, name), format: 'json', onBroken: unexpected })
  await expect(open('folder')).rejects.toThrow('it is a folder')
  await expect(open('pipe')).rejects.toThrow('neither a file nor a device')
  await expect(open('absent/service.log')).rejects.toThrow('ENOENT')
})

it('is checked without making a file', async () => {
  const folder = tempFolder()
  await checkDestination(join(folder, 'service.log'))
  await checkDestination('stdout')
  await expect(checkDestination(folder)).rejects.toThrow('it is a folder')
  await expect(checkDestination('/etc/hosts/service.log')).rejects.toThrow('ENOTDIR')
  expect(readdirSync(folder)).toEqual([])
})

it('tells once that lines cannot be written, throws nothing, and ends all the same', async () => {
  const told: string[] = []
  const onBroken = (error: Error) => void told.push(error.message)
  const destination = await openDestination({ openStream, to: '/dev/full', format: 'json', onBroken })
  destination.write('one\n')
  destination.write('two\n')
  expect(told).toEqual([expect.stringContaining('ENOSPC')])
  await destination.close()
  expect(openFiles()).not.toContain('/dev/full')
})

it('ends when whoever reads its lines has gone', async () => {
  const pipe = join(tempFolder(), 'pipe')
  execFileSync('mkfifo', [pipe])
  const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK)
  const writer = openSync(pipe, constants.O_WRONLY)
  const told: string[] = []
  const destination = await openDestination({
    openStream: () => openStream({ dest: writer, sync: true }),
    to: 'stdout',
    format: 'json',
    onBroken: (error) => void told.push(error.message),
  })
  closeSync(reader)
  destination.write('one\n')
  destination.write('two\n')
  await destination.close()
  expect(told).toEqual([expect.stringContaining('EPIPE')])
  closeSync(writer)
})

function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)]
    } catch {
      // The one that this list was read with.
      return []
    }
  })
}
