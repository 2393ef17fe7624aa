import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { hearingLogger } from '../../../../../test/support/hearing-logger.ts'
import { layerOf, snapshotOf, stateOptions } from '../../../../../test/support/state-folder.ts'
import { tempFolder } from '../../../../../test/support/temp-folder.ts'
import { deferred } from '../../primitives/concurrency/deferred.ts'
import { createManualClock } from '../../testing/manual-clock.ts'
import { openStateDir, type StateDir } from './state-dir.ts'
import { nodeStateFs, type StateFs } from './state-fs.ts'

async function open(path: string, options: Partial<Parameters<typeof openStateDir>[0]> = {}): Promise<StateDir> {
  const state = await openStateDir({ ...stateOptions(path), ...options })
  onTestFinished(() => state.close())
  return state
}

/** A process that starts, takes in what was decided, and comes as far as `then` says. Gives what it started with. */
async function start(
  path: string,
  configured: string | undefined,
  then: 'crash' | 'stable' | 'refused' | 'signal' | 'nothing',
) {
  const state = await openStateDir(stateOptions(path))
  const kept = await state.lastKnownGood()
  const text = kept.kind === 'layers' ? kept.layers[0]?.tree['text'] : undefined
  const last = typeof text === 'string' ? text : undefined
  const digest = (content: string | undefined) => (content === undefined ? undefined : snapshotOf(content).digest)
  const decision = await state.decideBoot({ configured: digest(configured), lastKnownGood: async () => digest(last) })
  const used = decision.use === 'last_known_good' ? last : configured
  if (used !== undefined && then !== 'nothing') {
    await state.journal.begin(snapshotOf(used).digest)
    if (then === 'stable') await state.journal.stable(snapshotOf(used))
    if (then === 'refused') await state.journal.settle()
    if (then === 'signal') state.noteStop()
  }
  // Closing leaves the marker, as the end of a process does.
  await state.close()
  return { ...decision, used, crashed: state.crashed }
}

describe('a state folder over several starts', () => {
  it('keeps the layers of the last snapshot that proved itself', async () => {
    const path = tempFolder()
    const clock = createManualClock()
    const first = await open(path, { clock })
    expect(await first.lastKnownGood()).toEqual({ kind: 'none' })
    const layers = [
      layerOf('file', 'config.yaml', { text: 'a', pool: { max: 3, url: '${env:URL}' } }),
      layerOf('env', 'APP_', {}),
    ]
    await first.journal.stable(snapshotOf(layers))
    await first.close()

    const found = await (await open(path)).lastKnownGood()
    const file = JSON.parse(readFileSync(join(first.folder, 'last-known-good.json'), 'utf8'))
    expect(file).toMatchObject({ document: { version: 1, library: expect.stringMatching(/^\d+\.\d+\.\d+/) } })
    expect(found).toMatchObject({
      kind: 'layers',
      layers: layers.map(({ source, tree, digest }) => ({ source, tree, digest })),
      notKept: [],
      digest: snapshotOf(layers).digest,
      savedAt: clock.now(),
    })
  })

  it('starts with the last known good at the third start, when the configured content ended the process twice', async () => {
    const path = tempFolder()
    await start(path, 'good', 'stable')
    expect(await start(path, 'bad', 'crash')).toMatchObject({ used: 'bad' })
    expect(await start(path, 'bad', 'crash')).toMatchObject({ used: 'bad', crashed: { count: 1 } })
    const third = await start(path, 'bad', 'stable')
    expect(third).toMatchObject({ use: 'last_known_good', why: 'crashed', used: 'good', crashed: { count: 2 } })
    // It stays aside for as long as it is what is configured, also over quiet restarts …
    expect(await start(path, 'bad', 'stable')).toMatchObject({ why: 'set_aside', used: 'good' })
    expect(await start(path, 'bad', 'nothing')).toMatchObject({ why: 'set_aside' })
    // … and is tried again when something else was configured in between.
    expect(await start(path, 'better', 'stable')).toMatchObject({ why: 'nothing_against_it', used: 'better' })
    expect(await start(path, 'bad', 'stable')).toMatchObject({ why: 'nothing_against_it', used: 'bad' })
  })

  it('starts with what is configured when the last known good ended the process as well, and so on', async () => {
    const path = tempFolder()
    await start(path, 'good', 'stable')
    const used: (string | undefined)[] = []
    for (let count = 0; count < 7; count += 1) used.push((await start(path, 'bad', 'crash')).used)
    expect(used).toEqual(['bad', 'bad', 'good', 'bad', 'bad', 'good', 'bad'])
  })

  it('starts with what is configured when the last known good was refused, but not when it was stopped', async () => {
    const path = tempFolder()
    await start(path, 'good', 'stable')
    await start(path, 'bad', 'crash')
    await start(path, 'bad', 'crash')
    expect(await start(path, 'bad', 'signal')).toMatchObject({ used: 'good' })
    expect(await start(path, 'bad', 'refused')).toMatchObject({ used: 'good' })
    expect(await start(path, 'bad', 'crash')).toMatchObject({ used: 'bad', why: 'last_known_good_failed' })
  })

  it('forgets a crash when the next attempt at that content ends well, is refused, or is stopped by a signal', async () => {
    for (const then of ['stable', 'refused', 'signal'] as const) {
      const path = tempFolder()
      await start(path, 'good', 'stable')
      await start(path, 'bad', 'crash')
      await start(path, 'bad', then)
      expect(await start(path, 'bad', 'crash')).toMatchObject({ used: 'bad', crashed: undefined })
      expect(await start(path, 'bad', 'crash')).toMatchObject({ used: 'bad', crashed: { count: 1 } })
    }
  })

  it('never takes stops by signal for crashes, however many', async () => {
    const path = tempFolder()
    await start(path, 'good', 'stable')
    for (let count = 0; count < 5; count += 1) {
      expect(await start(path, 'new', 'signal')).toMatchObject({ used: 'new', crashed: undefined })
    }
  })

  it('counts a crash in a reload and one at the start after it together', async () => {
    const path = tempFolder()
    const running = await open(path)
    await running.decideBoot({ configured: snapshotOf('good').digest, lastKnownGood: async () => undefined })
    await running.journal.begin(snapshotOf('good').digest)
    await running.journal.stable(snapshotOf('good'))
    await running.journal.begin(snapshotOf('bad').digest)
    await running.close()
    expect(await start(path, 'bad', 'crash')).toMatchObject({ used: 'bad', crashed: { count: 1 } })
    expect(await start(path, 'bad', 'crash')).toMatchObject({ used: 'good', crashed: { count: 2 } })
  })

  it('starts the count anew with other content', async () => {
    const path = tempFolder()
    await start(path, 'good', 'stable')
    await start(path, 'bad', 'crash')
    await start(path, 'worse', 'crash')
    expect(await start(path, 'bad', 'crash')).toMatchObject({ used: 'bad', crashed: { count: 1 } })
    expect(await start(path, 'bad', 'crash')).toMatchObject({ used: 'bad', crashed: { count: 1 } })
  })

  it('uses the last known good while the sources are unreadable, and what is configured as soon as they are not', async () => {
    const path = tempFolder()
    expect(await start(path, undefined, 'nothing')).toMatchObject({ use: 'neither' })
    await start(path, 'good', 'stable')
    expect(await start(path, undefined, 'stable')).toMatchObject({ why: 'unreadable', used: 'good' })
    expect(await start(path, 'new', 'stable')).toMatchObject({ why: 'nothing_against_it', used: 'new' })
  })

  it('never takes a fallback for the last known good', async () => {
    const path = tempFolder()
    const state = await open(path)
    await state.decideBoot({ configured: undefined, lastKnownGood: async () => undefined })
    await state.journal.begin(snapshotOf('fallback').digest)
    await state.journal.stable(snapshotOf('fallback'))
    expect(await state.lastKnownGood()).toEqual({ kind: 'none' })
    await state.journal.begin(snapshotOf('good').digest)
    await state.journal.stable(snapshotOf('good'))
    expect(await state.lastKnownGood()).toMatchObject({ kind: 'layers', layers: [{ tree: { text: 'good' } }] })
  })

  it('does not release what is set aside because the last known good proved itself in its place', async () => {
    const path = tempFolder()
    await start(path, 'good', 'stable')
    const state = await open(path)
    await state.journal.putAside(snapshotOf('bad').digest, 'health undid it')
    await state.decideBoot({
      configured: snapshotOf('bad').digest,
      lastKnownGood: async () => snapshotOf('good').digest,
    })
    await state.journal.begin(snapshotOf('good').digest)
    await state.journal.stable(snapshotOf('good'))
    expect([...state.journal.setAside.values()]).toEqual(['health undid it'])
    // What people configure next is another matter.
    await state.journal.begin(snapshotOf('better').digest)
    await state.journal.stable(snapshotOf('better'))
    expect(state.journal.setAside.size).toBe(0)
    await state.close()
    expect((await open(path)).journal.setAside.size).toBe(0)
  })
})

describe('the journal of a state folder', () => {
  it('keeps what is set aside over a restart, and what is released no longer', async () => {
    const path = tempFolder()
    const first = await open(path)
    await first.journal.putAside('A', 'it crashed')
    await first.journal.putAside('B', 'x'.repeat(5_000))
    await first.journal.release('A')
    await first.journal.release('never was there')
    await first.close()
    const { setAside } = (await open(path)).journal
    expect([...setAside]).toEqual([['B', 'x'.repeat(1_000)]])
  })

  it('begins the count anew when an attempt of the same process has ended well', async () => {
    const path = tempFolder()
    await start(path, 'bad', 'crash')
    for (const end of ['settle', 'stable'] as const) {
      const state = await open(path)
      const { digest } = snapshotOf('bad')
      await state.journal.begin(digest)
      await (end === 'settle' ? state.journal.settle() : state.journal.stable(snapshotOf('bad')))
      await state.journal.begin(digest)
      await state.close()
      const next = await openStateDir(stateOptions(path))
      expect(next.crashed).toEqual({ digest, origin: 'configured', count: 1 })
      await next.close()
    }
  })

  it('keeps the newest 64 of them', async () => {
    const state = await open(tempFolder())
    await Promise.all(Array.from({ length: 70 }, (_, index) => state.journal.putAside(`D${index}`, 'why')))
    expect([...state.journal.setAside.keys()]).toEqual(Array.from({ length: 64 }, (_, index) => `D${index + 6}`))
  })

  it('writes in the order of the calls, and the last word counts', async () => {
    const path = tempFolder()
    const { journal, close } = await open(path)
    await Promise.all([
      journal.begin('A'),
      journal.settle(),
      journal.begin('B'),
      journal.stable(snapshotOf('x')),
      journal.begin('C'),
    ])
    await close()
    const next = await open(path)
    expect(next.crashed).toEqual({ digest: 'C', origin: 'configured', count: 1 })
    expect(await next.lastKnownGood()).toMatchObject({ layers: [{ tree: { text: 'x' } }] })
  })

  it('leaves no marker when the signal comes while one is being written, nor after it', async () => {
    const path = tempFolder()
    const writing = deferred<void>()
    const goOn = deferred<void>()
    const fs: StateFs = {
      ...nodeStateFs,
      async write(file, bytes) {
        writing.resolve()
        await goOn.promise
        await nodeStateFs.write(file, bytes)
      },
    }
    const state = await open(path, { fs })
    const begun = state.journal.begin('A')
    await writing.promise
    state.noteStop()
    goOn.resolve()
    await begun
    await state.journal.begin('B')
    await state.close()
    state.noteStop()
    expect((await open(path)).crashed).toBeUndefined()
  })

  it('rejects when the disk is full, is right in memory all the same, and goes on when there is room again', async () => {
    let isFull = true
    const fs: StateFs = {
      ...nodeStateFs,
      write: async (file, bytes) => {
        if (isFull) throw new Error('ENOSPC: no space left on device')
        await nodeStateFs.write(file, bytes)
      },
    }
    const path = tempFolder()
    const { journal, close } = await open(path, { fs })
    await expect(journal.begin('A')).rejects.toThrow('ENOSPC')
    await expect(journal.putAside('A', 'why')).rejects.toThrow('ENOSPC')
    await expect(journal.stable(snapshotOf('x'))).rejects.toThrow('ENOSPC')
    expect(journal.setAside.size).toBe(0)
    isFull = false
    await journal.putAside('B', 'why')
    await journal.stable(snapshotOf('y'))
    await close()
    const next = await open(path)
    expect(await next.lastKnownGood()).toMatchObject({ layers: [{ tree: { text: 'y' } }] })
  })

  it('takes a content that proved itself for no crash, also when that could not be written down', async () => {
    const path = tempFolder()
    const fs: StateFs = {
      ...nodeStateFs,
      write: (file, bytes) =>
        file.includes('last-known-good') ? Promise.reject(new Error('ENOSPC')) : nodeStateFs.write(file, bytes),
    }
    const state = await open(path, { fs })
    await state.journal.begin(snapshotOf('x').digest)
    await expect(state.journal.stable(snapshotOf('x'))).rejects.toThrow('ENOSPC')
    await state.close()
    expect((await open(path)).crashed).toBeUndefined()
  })

  it('writes nothing after it was closed', async () => {
    const path = tempFolder()
    const state = await open(path)
    await state.close()
    const other = await open(path)
    const before = readdirSync(other.folder).sort()
    await expect(state.journal.begin('A')).rejects.toMatchObject({ code: 'plane_closed' })
    await expect(state.journal.putAside('A', 'why')).rejects.toMatchObject({ code: 'plane_closed' })
    expect(readdirSync(other.folder).sort()).toEqual(before)
  })
})

describe('what is kept of a snapshot', () => {
  it('names the layers that are not kept, once, and never holds their secrets', async () => {
    const path = tempFolder()
    const logger = hearingLogger()
    const state = await open(path, { logger })
    const layers = [
      layerOf('file', 'config.yaml', { text: 'a' }),
      layerOf('env', 'APP_', { pool: { url: 'postgres://app:hunter2@db' } }),
      layerOf('override', 'plane', { pool: { max: 9 } }),
    ]
    await state.journal.stable(snapshotOf(layers))
    await state.journal.stable(snapshotOf(layers))
    expect(logger.lines).toHaveLength(1)
    expect(logger.lines[0]).toMatch(
      /^warn: Not all of the last known good .*: env:APP_ holds a secret that is written out \(pool\.url\)/,
    )
    expect(await state.lastKnownGood()).toMatchObject({
      layers: [{ source: 'file:config.yaml' }],
      notKept: [{ source: 'env:APP_' }, { source: 'override:plane' }],
    })
    const everything = readdirSync(state.folder).filter((name) => !name.endsWith('.sock'))
    for (const name of everything) expect(readFileSync(join(state.folder, name), 'utf8')).not.toContain('hunter2')
    expect(logger.lines.join()).not.toContain('hunter2')
  })

  it('is the one before, loudly, when the newest is damaged; and unusable, saying why, when both are', async () => {
    const path = tempFolder()
    const logger = hearingLogger()
    const state = await open(path, { logger })
    await state.journal.stable(snapshotOf('old'))
    await state.journal.stable(snapshotOf('new'))
    const file = join(state.folder, 'last-known-good.json')
    writeFileSync(file, readFileSync(file).subarray(0, 100))
    expect(await state.lastKnownGood()).toMatchObject({ kind: 'layers', layers: [{ tree: { text: 'old' } }] })
    expect(logger.lines.join()).toMatch(
      /^error: .*last-known-good\.json is damaged: the last known good configuration is the one before it, of 20/,
    )
    writeFileSync(`${file}.previous`, '')
    expect(await state.lastKnownGood()).toMatchObject({
      kind: 'unusable',
      why: expect.stringContaining('is damaged, and'),
    })
  })

  it('is that of a sibling in a new slot: the newest there is', async () => {
    const path = tempFolder()
    const clock = createManualClock()
    const states = []
    for (const text of ['a', 'c', 'b']) {
      const state = await open(path, { clock })
      clock.jumpWall(text === 'b' ? -500 : 1_000)
      await state.journal.stable(snapshotOf(text))
      states.push(state)
    }
    const fresh = await open(path)
    expect(fresh.folder).toBe(join(path, 'web-1~4'))
    expect(await fresh.lastKnownGood()).toMatchObject({ layers: [{ tree: { text: 'c' } }] })
    expect(await states[0]?.lastKnownGood()).toMatchObject({ layers: [{ tree: { text: 'a' } }] })
    const stranger = await open(path, { instance: 'web-2' })
    expect(await stranger.lastKnownGood()).toEqual({ kind: 'none' })
  })

  it('can be written again after somebody removed the files', async () => {
    const state = await open(tempFolder())
    await state.journal.stable(snapshotOf('a'))
    for (const name of readdirSync(state.folder)) if (name.endsWith('.json')) rmSync(join(state.folder, name))
    await state.journal.begin('A')
    await expect(state.journal.stable(snapshotOf('b'))).rejects.toThrow('ENOENT')
    await state.journal.stable(snapshotOf('c'))
    expect(await state.lastKnownGood()).toMatchObject({ layers: [{ tree: { text: 'c' } }] })
  })
})

describe('openStateDir', () => {
  it('reads nothing into files that are damaged or of somebody else, and says so', async () => {
    const path = tempFolder()
    mkdirSync(join(path, 'web-1'), { mode: 0o700 })
    for (const name of ['attempt.json', 'set-aside.json', 'last-known-good.json'])
      writeFileSync(join(path, 'web-1', name), '{}')
    const logger = hearingLogger()
    const state = await open(path, { logger })
    expect(state.crashed).toBeUndefined()
    expect(state.journal.setAside.size).toBe(0)
    expect(await state.lastKnownGood()).toMatchObject({ kind: 'unusable' })
    expect(logger.lines.map((line) => line.replace(path, ''))).toEqual([
      'warn: /web-1/attempt.json is damaged: it is left out of account',
      'warn: /web-1/set-aside.json is damaged: it is left out of account',
    ])
    await state.journal.begin('A')
    await state.journal.putAside('B', 'why')
    await state.journal.stable(snapshotOf('x'))
    expect(await state.lastKnownGood()).toMatchObject({ kind: 'layers' })
  })

  it('gives a second process of that name a slot of its own, says where, and frees it on closing', async () => {
    const path = tempFolder()
    const first = await open(path)
    const logger = hearingLogger()
    const second = await open(path, { logger })
    expect([first.folder, second.folder]).toEqual([join(path, 'web-1'), join(path, 'web-1~2')])
    expect(logger.lines).toEqual([`info: Another process is web-1 here: this one keeps its state in ${second.folder}`])
    await Promise.all([first.close(), first.close()])
    expect((await open(path)).folder).toBe(first.folder)
  })

  it('goes on when a decision about the start cannot be kept', async () => {
    const path = tempFolder()
    await start(path, 'good', 'stable')
    await start(path, 'bad', 'crash')
    await start(path, 'bad', 'crash')
    const logger = hearingLogger()
    const state = await open(path, { logger, fs: { ...nodeStateFs, write: () => Promise.reject(new Error('ENOSPC')) } })
    const decision = await state.decideBoot({
      configured: snapshotOf('bad').digest,
      lastKnownGood: async () => snapshotOf('good').digest,
    })
    expect(decision.use).toBe('last_known_good')
    expect(state.journal.setAside.get(snapshotOf('bad').digest)).toBe('it ended the process 2 times in a row')
    expect(logger.lines).toEqual([`warn: A decision about the start could not be kept in the state folder: ENOSPC`])
  })

  it('asks for the last known good only where it matters', async () => {
    const state = await open(tempFolder())
    const never = () => Promise.reject(new Error('was asked'))
    expect(await state.decideBoot({ configured: 'D', lastKnownGood: never })).toMatchObject({ use: 'configured' })
    expect(existsSync(join(state.folder, 'set-aside.json'))).toBe(false)
  })
})
