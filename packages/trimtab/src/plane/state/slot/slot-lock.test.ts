import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { tempFolder } from '../../../../../../test/support/temp-folder.ts'
import { systemClock } from '../../../primitives/time/clock.ts'
import { createManualClock } from '../../../testing/manual-clock.ts'
import { takeSlotLock } from './slot-lock.ts'

const take = (slot: string) => takeSlotLock(slot, systemClock)

/** A process that listens at a path, as one does that holds a lock, and has been killed. */
async function deadSocket(path: string): Promise<void> {
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'close')
}

describe('takeSlotLock', () => {
  it('is held by one, until that one releases it, and leaves nothing behind', async () => {
    const slot = tempFolder()
    const lock = await take(slot)
    expect(lock).toBeDefined()
    expect(await take(slot)).toBeUndefined()
    expect(readdirSync(slot)).toHaveLength(1)
    await lock?.release()
    expect(readdirSync(slot)).toEqual([])
    const next = await take(slot)
    expect(next).toBeDefined()
    await next?.release()
  })

  it('goes to exactly one of many who want it at once, whoever was killed before', async () => {
    for (let round = 0; round < 20; round += 1) {
      const slot = tempFolder()
      if (round % 5 === 0) await deadSocket(join(slot, 'lock-00000000000a.sock'))
      const locks = await Promise.all(Array.from({ length: 8 }, () => take(slot)))
      const held = locks.filter((lock) => lock !== undefined)
      expect(held).toHaveLength(1)
      expect(await take(slot)).toBeUndefined()
      await held[0]?.release()
      expect(readdirSync(slot)).toEqual([])
    }
  })

  it('ends with its process, however that ends', async () => {
    const slot = tempFolder()
    await deadSocket(join(slot, 'lock-00000000000a.sock'))
    expect(readdirSync(slot)).toEqual(['lock-00000000000a.sock'])
    const lock = await take(slot)
    expect(lock).toBeDefined()
    expect(readdirSync(slot)).not.toContain('lock-00000000000a.sock')
    await lock?.release()
  })

  it('is held by a process that is connected to and says nothing, because it may be busy', async () => {
    const slot = tempFolder()
    const silent = createServer((socket) => void socket.resume())
    const connected = once(silent, 'connection')
    await new Promise<void>((resolve) => silent.listen(join(slot, 'lock-00000000000a.sock'), resolve))
    onTestFinished(() => new Promise((resolve) => void silent.close(() => resolve())))
    const clock = createManualClock()
    const taken = takeSlotLock(slot, clock)
    await connected
    await clock.advance(2_000)
    expect(await taken).toBeUndefined()
    expect(clock.pending).toBe(0)
  })

  it('is not misled by what is no lock', async () => {
    const slot = tempFolder()
    writeFileSync(join(slot, 'lock-0.sock'), '')
    writeFileSync(join(slot, 'lock-00000000000a.sock'), 'a plain file')
    mkdirSync(join(slot, 'lock'))
    const lock = await take(slot)
    expect(lock).toBeDefined()
    await lock?.release()
    expect(readdirSync(slot).sort()).toEqual(['lock', 'lock-0.sock'])
  })

  it('works where the path is too long for a socket', async () => {
    const slot = join(tempFolder(), 'x'.repeat(60), 'y'.repeat(60))
    mkdirSync(slot, { recursive: true })
    const temporary = tempFolder()
    vi.stubEnv('TMPDIR', temporary)
    onTestFinished(() => void vi.unstubAllEnvs())
    const lock = await take(slot)
    expect(lock).toBeDefined()
    expect(readdirSync(slot)).toEqual([])
    expect(readdirSync(temporary, { recursive: true })).toHaveLength(2)
    expect(await take(slot)).toBeUndefined()
    await lock?.release()
    const next = await take(slot)
    expect(next).toBeDefined()
    await next?.release()
  })

  it('keeps no process alive', async () => {
    const slot = tempFolder()
    const script = `
      import { takeSlotLock } from ${JSON.stringify(new URL('./slot-lock.ts', import.meta.url).href)}
      import { systemClock } from ${JSON.stringify(new URL('../../../primitives/time/clock.ts', import.meta.url).href)}
      console.log((await takeSlotLock(${JSON.stringify(slot)}, systemClock)) !== undefined)
    `
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [[said], [code]] = await Promise.all([once(child.stdout, 'data'), once(child, 'close')])
    expect([String(said).trim(), code]).toEqual(['true', 0])
  })
})
