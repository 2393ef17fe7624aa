import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { tempFolder } from '../../../../../test/support/temp-folder.ts'
import { probe, silentFs } from '../../../../../test/support/watch-probe.ts'
import { systemClock } from '../../primitives/time/clock.ts'
import { createManualClock } from '../../testing/manual-clock.ts'
import { nodeWatchFs, type PathStats, type WatchFs, type WatchListener } from './watch-fs.ts'
import { watchPath } from './watch-path.ts'

type Kind = 'file' | 'folder' | 'link'

/** A file system in memory that does and tells exactly what a test says, so that time alone decides. */
function scriptedFs() {
  const nodes = new Map<string, PathStats & { readonly target?: string | undefined }>()
  const refusals = new Map<string, string>()
  const open = new Map<string, Set<WatchListener>>()
  let inode = 0n
  let opened = 0

  const found = (path: string) => {
    const code = refusals.get(path) ?? (nodes.has(path) ? undefined : 'ENOENT')
    if (code !== undefined) throw Object.assign(new Error(code), { code })
    return nodes.get(path)
  }
  const fs: WatchFs = {
    async lstat(path) {
      const node = found(path)
      if (node === undefined) throw new Error('unreachable')
      return node
    },
    async readlink(path) {
      return found(path)?.target ?? ''
    },
    async readdir(path) {
      found(path)
      return [...nodes.keys()]
        .filter((key) => dirname(key) === path && key !== path)
        .map((key) => key.slice(path.length + 1))
    },
    watch(path, listener) {
      const code = refusals.get(`watch ${path}`)
      if (code !== undefined) throw Object.assign(new Error(code), { code })
      found(path)
      opened += 1
      const listeners = open.get(path) ?? new Set()
      open.set(path, listeners.add(listener))
      return {
        close() {
          listeners.delete(listener)
          if (listeners.size === 0) open.delete(path)
        },
      }
    },
  }
  const put = (path: string, kind: Kind = 'file', { size = 1n, time = 0n, target = '' } = {}) => {
    inode += 1n
    nodes.set(path, {
      dev: 1n,
      ino: inode,
      size,
      mtimeNs: time,
      ctimeNs: time,
      birthtimeNs: inode,
      isFile: () => kind === 'file',
      isDirectory: () => kind === 'folder',
      isSymbolicLink: () => kind === 'link',
      target,
    })
  }
  put('/', 'folder')
  put('/etc', 'folder')
  put('/etc/app.yaml')
  return {
    fs,
    put,
    /** Writes to the file that is there, keeping its size and setting its time of modification back. */
    rewrite(path: string) {
      const node = nodes.get(path)
      if (node !== undefined) nodes.set(path, { ...node, ctimeNs: node.ctimeNs + 1n })
    },
    remove: (path: string) => nodes.delete(path),
    refuse: (path: string, code: string | undefined) =>
      code === undefined ? refusals.delete(path) : refusals.set(path, code),
    tell: (path: string, name: string | null, type: 'rename' | 'change' = 'change') => {
      for (const listener of open.get(path) ?? []) listener.onEvent(type, name)
    },
    fail: (path: string) => {
      for (const listener of [...(open.get(path) ?? [])]) listener.onError()
    },
    watched: () => [...open.keys()].sort(),
    opened: () => opened,
  }
}

const timings = { settle: 100, maximumWait: 2_000, poll: 5_000 }

async function watchScripted(script = scriptedFs(), path = '/etc/app.yaml') {
  const clock = createManualClock()
  const controller = new AbortController()
  const wakes: number[] = []
  const ended = watchPath(path, {
    kind: path.endsWith('.d') ? 'directory' : 'file',
    clock,
    timings,
    fs: script.fs,
    signal: controller.signal,
    wake: () => wakes.push(clock.monotonic()),
  })
  const close = () => {
    controller.abort()
    return ended
  }
  onTestFinished(close)
  await clock.advance(0)
  return { ...script, clock, wakes, close, ended }
}

describe('the time of a wake-up', () => {
  it('is once at the beginning, when all watches stand', async () => {
    const { wakes, watched } = await watchScripted()
    expect(wakes).toEqual([0])
    expect(watched()).toEqual(['/etc', '/etc/app.yaml'])
  })

  it('is the settling time after the last event', async () => {
    const { clock, wakes, tell } = await watchScripted()
    tell('/etc', 'app.yaml')
    await clock.advance(99)
    tell('/etc', 'app.yaml')
    await clock.advance(99)
    expect(wakes).toEqual([0])
    await clock.advance(1)
    expect(wakes).toEqual([0, 199])
  })

  it('is once per maximum wait while events go on, and once more for the final state', async () => {
    const { clock, wakes, tell } = await watchScripted()
    for (let count = 0; count < 100; count += 1) {
      tell('/etc', 'app.yaml')
      await clock.advance(50)
    }
    await clock.advance(100)
    expect(wakes).toEqual([0, 2_000, 4_000, 5_050])
  })

  it('never comes while nothing changes, over any number of polls', async () => {
    const { clock, wakes } = await watchScripted()
    await clock.advance(1_000 * timings.poll)
    expect(wakes).toEqual([0])
  })

  it('is the next poll where no event tells of a change, and one poll later once more', async () => {
    const { clock, wakes, put } = await watchScripted()
    await clock.advance(7_000)
    put('/etc/app.yaml', 'file', { size: 2n })
    await clock.advance(100_000)
    // The second time for a write that followed within the same tick of the file system's clock.
    expect(wakes).toEqual([0, 10_000, 15_000])
  })

  it('is the next poll for another file of the same size and times, and for a write that set the time back', async () => {
    const { clock, wakes, put, rewrite } = await watchScripted()
    put('/etc/app.yaml')
    await clock.advance(20_000)
    rewrite('/etc/app.yaml')
    await clock.advance(20_000)
    expect(wakes).toEqual([0, 5_000, 10_000, 25_000, 30_000])
  })

  it('is one poll after the beginning once more, when the file was written just before', async () => {
    const script = scriptedFs()
    script.put('/etc/app.yaml', 'file', { time: BigInt(Date.UTC(2026, 0, 1)) * 1_000_000n - 1n })
    const { clock, wakes } = await watchScripted(script)
    await clock.advance(100_000)
    expect(wakes).toEqual([0, 5_000])
  })

  it('comes for an event although size and times look as before', async () => {
    const { clock, wakes, tell } = await watchScripted()
    tell('/etc', 'app.yaml')
    await clock.advance(100)
    tell('/etc', 'app.yaml')
    await clock.advance(100)
    expect(wakes).toEqual([0, 100, 200])
  })

  it('does not come for other names in the folder', async () => {
    const { clock, wakes, tell } = await watchScripted()
    tell('/etc', 'passwd')
    tell('/etc', 'app.yaml.swp', 'rename')
    await clock.advance(1_000)
    expect(wakes).toEqual([0])
  })

  it('comes for an event without a name, and for a name in another case or another form of its accents', async () => {
    const script = scriptedFs()
    script.put('/etc/caf\u00e9.yaml')
    const { clock, wakes, tell } = await watchScripted(script, '/etc/caf\u00e9.yaml')
    tell('/etc', null)
    await clock.advance(100)
    tell('/etc', 'CAFE\u0301.yaml')
    await clock.advance(100)
    expect(wakes).toEqual([0, 100, 200])
  })
})

describe('a watch', () => {
  it('is opened anew when another folder stands at the path', async () => {
    const { clock, put, watched, opened, tell } = await watchScripted()
    const before = opened()
    put('/etc', 'folder')
    put('/etc/app.yaml')
    await clock.advance(timings.poll)
    expect(watched()).toEqual(['/etc', '/etc/app.yaml'])
    expect(opened()).toBe(before + 2)
    tell('/etc', 'app.yaml')
    await clock.advance(100)
    expect(opened()).toBe(before + 2)
  })

  it('is opened anew when the folder itself was moved or deleted, even if the same one seems to stand there', async () => {
    const { clock, opened, tell } = await watchScripted()
    const before = opened()
    tell('/etc', 'etc', 'rename')
    await clock.advance(100)
    expect(opened()).toBe(before + 1)
  })

  it('moves to the nearest folder that exists, and back', async () => {
    const { clock, put, remove, watched, tell, wakes } = await watchScripted()
    remove('/etc/app.yaml')
    remove('/etc')
    tell('/etc', 'etc', 'rename')
    await clock.advance(100)
    expect(watched()).toEqual(['/'])
    put('/etc', 'folder')
    tell('/', 'etc', 'rename')
    await clock.advance(100)
    expect(watched()).toEqual(['/etc'])
    put('/etc/app.yaml')
    tell('/etc', 'app.yaml', 'rename')
    await clock.advance(100)
    expect(watched()).toEqual(['/etc', '/etc/app.yaml'])
    expect(wakes).toEqual([0, 100, 200, 300])
  })

  it('follows a link that moves while the watches are being opened', async () => {
    const script = scriptedFs()
    script.put('/one', 'folder')
    script.put('/one/app.yaml')
    script.put('/two', 'folder')
    script.put('/two/app.yaml')
    script.put('/etc/app.yaml', 'link', { target: '/one/app.yaml' })
    const fs: WatchFs = {
      ...script.fs,
      watch(path, listener) {
        // Before this folder is watched: nobody tells.
        if (path === '/etc') script.put('/etc/app.yaml', 'link', { target: '/two/app.yaml' })
        return script.fs.watch(path, listener)
      },
    }
    const { watched } = await watchScripted({ ...script, fs })
    expect(watched()).toEqual(['/etc', '/two', '/two/app.yaml'])
  })

  it('moves up when a folder vanishes while its watch is being opened', async () => {
    const script = scriptedFs()
    const fs: WatchFs = {
      ...script.fs,
      watch(path, listener) {
        if (path.startsWith('/etc')) {
          script.remove('/etc/app.yaml')
          script.remove('/etc')
        }
        return script.fs.watch(path, listener)
      },
    }
    const { watched } = await watchScripted({ ...script, fs })
    expect(watched()).toEqual(['/'])
  })

  it('that ends with an error is opened again at the next poll, and not before', async () => {
    const { clock, opened, watched, fail } = await watchScripted()
    const before = opened()
    fail('/etc')
    await clock.advance(timings.poll - 1)
    expect(watched()).toEqual(['/etc/app.yaml'])
    await clock.advance(1)
    expect(watched()).toEqual(['/etc', '/etc/app.yaml'])
    expect(opened()).toBe(before + 1)
  })

  it('that found no room is tried again at each poll', async () => {
    const script = scriptedFs()
    script.refuse('watch /etc', 'ENOSPC')
    script.refuse('watch /etc/app.yaml', 'ENOSPC')
    const { clock, watched, refuse, tell, wakes } = await watchScripted(script)
    expect(watched()).toEqual([])
    await clock.advance(3 * timings.poll)
    refuse('watch /etc', undefined)
    await clock.advance(timings.poll)
    expect(watched()).toEqual(['/etc'])
    tell('/etc', 'app.yaml')
    await clock.advance(100)
    expect(wakes).toEqual([0, 4 * timings.poll + 100])
  })

  it('of a folder that may not be entered stands where its permissions change', async () => {
    const script = scriptedFs()
    script.refuse('/etc/app.yaml', 'EACCES')
    script.refuse('watch /etc', 'EACCES')
    const { clock, watched, refuse, tell, wakes } = await watchScripted(script)
    expect(watched()).toEqual(['/'])
    refuse('/etc/app.yaml', undefined)
    refuse('watch /etc', undefined)
    tell('/', 'etc')
    await clock.advance(100)
    expect(wakes).toEqual([0, 100])
    expect(watched()).toEqual(['/etc', '/etc/app.yaml'])
  })

  it('is given up for the poll when the path changes as fast as it is looked at', async () => {
    const script = scriptedFs()
    // Each look finds another folder at the path, for ever.
    const restless: WatchFs = {
      ...script.fs,
      async lstat(path) {
        if (path === '/etc') script.put('/etc', 'folder')
        return script.fs.lstat(path)
      },
    }
    const { clock, wakes } = await watchScripted({ ...script, fs: restless })
    expect(wakes).toEqual([0])
    await clock.advance(timings.poll)
    expect(wakes).toEqual([0])
  })

  it('of a directory covers its entries, and the places its links lead to', async () => {
    const script = scriptedFs()
    script.put('/conf.d', 'folder')
    script.put('/conf.d/a.yaml')
    script.put('/conf.d/b.yaml', 'link', { target: '../etc/app.yaml' })
    script.put('/conf.d/c.yaml', 'link', { target: '/nowhere/c.yaml' })
    const { clock, watched, tell, wakes } = await watchScripted(script, '/conf.d')
    expect(watched()).toEqual(['/', '/conf.d', '/etc'])
    tell('/conf.d', 'new.yaml', 'rename')
    await clock.advance(100)
    tell('/etc', 'app.yaml')
    await clock.advance(100)
    tell('/', 'nowhere', 'rename')
    await clock.advance(100)
    tell('/etc', 'passwd')
    await clock.advance(100)
    expect(wakes).toEqual([0, 100, 200, 300])
  })

  it('of a directory that cannot be listed is woken when it can', async () => {
    const script = scriptedFs()
    script.put('/conf.d', 'folder')
    script.put('/conf.d/a.yaml')
    let listable = false
    const fs: WatchFs = {
      ...script.fs,
      readdir: (path) =>
        listable ? script.fs.readdir(path) : Promise.reject(Object.assign(new Error('EACCES'), { code: 'EACCES' })),
    }
    const { clock, wakes } = await watchScripted({ ...script, fs }, '/conf.d')
    listable = true
    await clock.advance(timings.poll)
    expect(wakes).toEqual([0, 5_000])
  })
})

describe('the end of a watch', () => {
  it('closes every watch and leaves no timer, whenever it comes', async () => {
    const { clock, close, watched, tell } = await watchScripted()
    expect(watched()).not.toEqual([])
    tell('/etc', 'app.yaml')
    await close()
    expect(watched()).toEqual([])
    expect(clock.pending).toBe(0)
  })

  it('opens nothing when the signal was aborted before', async () => {
    const script = scriptedFs()
    const clock = createManualClock()
    await watchPath('/etc/app.yaml', { kind: 'file', clock, fs: script.fs, signal: AbortSignal.abort(), wake() {} })
    expect(script.opened()).toBe(0)
    expect(clock.pending).toBe(0)
  })

  it('comes at once while the file system hangs, and what it answers later opens nothing', async () => {
    const script = scriptedFs()
    let release = () => {}
    const hanging = new Promise<void>((resolve) => {
      release = resolve
    })
    const fs: WatchFs = {
      ...script.fs,
      async lstat(path) {
        await hanging
        return script.fs.lstat(path)
      },
    }
    const { clock, close, wakes, opened } = await watchScripted({ ...script, fs })
    await close()
    release()
    await clock.advance(10_000)
    expect(opened()).toBe(0)
    expect(wakes).toEqual([])
    expect(clock.pending).toBe(0)
  })

  it('comes with what the listener threw, everything closed', async () => {
    const script = scriptedFs()
    const clock = createManualClock()
    const { signal } = new AbortController()
    const failing = watchPath('/etc/app.yaml', {
      kind: 'file',
      clock,
      fs: script.fs,
      signal,
      wake() {
        throw new Error('no')
      },
    })
    await expect(failing).rejects.toThrow('no')
    expect(script.watched()).toEqual([])
    expect(clock.pending).toBe(0)
  })

  it('may be asked for in the wake-up itself', async () => {
    const script = scriptedFs()
    const clock = createManualClock()
    const controller = new AbortController()
    await watchPath('/etc/app.yaml', {
      kind: 'file',
      clock,
      fs: script.fs,
      signal: controller.signal,
      wake: () => controller.abort(),
    })
    expect(script.watched()).toEqual([])
    expect(clock.pending).toBe(0)
  })

  it('gives back every watch that the system had given', async () => {
    const folder = tempFolder()
    writeFileSync(join(folder, 'config.yaml'), 'a: 1')
    const before = systemWatches()
    const readers = await Promise.all([
      probe(join(folder, 'config.yaml')),
      probe(join(folder, 'missing', 'config.yaml')),
      probe(folder, { kind: 'directory' }),
    ])
    if (process.platform === 'linux') expect(systemWatches()).toBeGreaterThan(before)
    await Promise.all(readers.map((reader) => reader.close()))
    expect(systemWatches()).toBe(before)
  })
})

describe('a poll of a real folder', () => {
  it('wakes nobody while nothing changes', async () => {
    const file = join(tempFolder(), 'config.yaml')
    writeFileSync(file, 'a: 1')
    let looks = 0
    let enough = () => {}
    const polledOften = new Promise<void>((resolve) => {
      enough = resolve
    })
    const reader = await probe(file, {
      timings: { poll: 1 },
      // An hour later, so that the file is not one that was written just before.
      clock: { ...systemClock, now: () => Date.now() + 3_600_000 },
      fs: {
        ...silentFs,
        lstat(path) {
          if (path === file) looks += 1
          if (looks === 100) enough()
          return nodeWatchFs.lstat(path)
        },
      },
    })
    await polledOften
    expect(reader.wakes).toBe(1)
  })
})

/** The inotify watches of this process, as the kernel lists them; 0 where there is no such list. */
function systemWatches(): number {
  if (process.platform !== 'linux') return 0
  let count = 0
  for (const descriptor of readdirSync('/proc/self/fdinfo')) {
    try {
      count += readFileSync(join('/proc/self/fdinfo', descriptor), 'utf8').split('inotify wd:').length - 1
    } catch {
      // The descriptor of the listing itself has been closed since.
    }
  }
  return count
}
