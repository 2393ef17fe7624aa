import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { shapeFor } from '../../../../test/support/shape-for.ts'
import { systemRandom } from '../primitives/random.ts'
import type { Problem } from '../schema/problem.ts'
import { createManualClock } from './manual-clock.ts'
import { type ScriptedSource, scriptedSource } from './scripted-source.ts'

const open = (source: ScriptedSource) =>
  source.open({ clock: createManualClock(), random: systemRandom, shape: shapeFor(z.object({})) })
const never = () => new AbortController().signal
const problem: Problem = { code: 'syntax', severity: 'error', message: 'is broken' }

describe('a scripted source', () => {
  it('is an empty required source, unless it is told otherwise', async () => {
    const source = scriptedSource()
    expect(source).toMatchObject({ name: 'scripted:source', optional: false, strict: true, references: 'local' })
    expect(await open(source).read(never())).toMatchObject({ kind: 'layer', layer: { tree: {} } })
    const other = scriptedSource({ name: 'top', optional: true, strict: false, references: 'allow_listed' })
    expect(other).toMatchObject({ name: 'scripted:top', optional: true, strict: false, references: 'allow_listed' })
  })

  it('gives what it was told last, and wakes', async () => {
    const source = scriptedSource({ tree: { a: 1 } })
    const reader = open(source)
    let wakes = 0
    void reader.watch?.(() => {
      wakes += 1
    }, never())
    source.set({ a: 2 })
    expect(await reader.read(never())).toMatchObject({ kind: 'layer', layer: { tree: { a: 2 }, source: source.name } })
    source.absent()
    expect(await reader.read(never())).toMatchObject({ kind: 'absent', problem: { code: 'absent' } })
    source.fail(problem)
    expect(await reader.read(never())).toEqual({ kind: 'unreadable', problems: [problem] })
    source.fail(new Error('thrown'))
    await expect(reader.read(never())).rejects.toThrow('thrown')
    expect(wakes).toBe(4)
    expect(source.reads).toBe(4)
  })

  it('gives the very same layer for equal content, also after it was absent', async () => {
    const source = scriptedSource({ tree: { a: { b: [1] } } })
    const reader = open(source)
    const before = await reader.read(never())
    source.absent()
    source.set({ a: { b: [1] } })
    const after = await reader.read(never())
    if (before.kind !== 'layer' || after.kind !== 'layer') throw new Error('expected layers')
    expect(after.layer).toBe(before.layer)
  })

  it('shares with the content before what is equal in it', async () => {
    const source = scriptedSource({ tree: { kept: { a: 1 }, changed: 1 } })
    const reader = open(source)
    const before = await reader.read(never())
    source.set({ kept: { a: 1 }, changed: 2 })
    const after = await reader.read(never())
    if (before.kind !== 'layer' || after.kind !== 'layer') throw new Error('expected layers')
    expect(after.layer.tree['kept']).toBe(before.layer.tree['kept'])
  })

  it('copies what it is given and refuses what JSON cannot carry', async () => {
    const tree = { a: { b: 1 } }
    const source = scriptedSource({ tree })
    tree.a.b = 2
    expect(await open(source).read(never())).toMatchObject({ layer: { tree: { a: { b: 1 } } } })
    expect(() => source.set({ a: Number.NaN })).toThrow(/finite/)
    expect(await open(source).read(never())).toMatchObject({ layer: { tree: { a: { b: 1 } } } })
  })

  it('hangs until it is released, then gives what holds by then', async () => {
    const source = scriptedSource({ tree: { a: 1 } })
    const release = source.hang()
    const reading = open(source).read(never())
    source.set({ a: 2 })
    expect(source.reads).toBe(1)
    release()
    release()
    expect(await reading).toMatchObject({ layer: { tree: { a: 2 } } })
    expect(await open(source).read(never())).toMatchObject({ layer: { tree: { a: 2 } } })
  })

  it('hangs until every hang is released', async () => {
    const source = scriptedSource()
    const releases = [source.hang(), source.hang()]
    let settled = false
    const reading = open(source)
      .read(never())
      .then(() => {
        settled = true
      })
    releases[0]?.()
    await new Promise((resolve) => setImmediate(resolve))
    expect(settled).toBe(false)
    releases[1]?.()
    await reading
  })

  it('honours the signal while it hangs, unless it is told to ignore it', async () => {
    const source = scriptedSource()
    const controller = new AbortController()
    const release = source.hang()
    const honouring = open(source).read(controller.signal)
    release()
    const releaseDeaf = source.hang({ ignoreSignal: true })
    const deaf = open(source).read(controller.signal)
    source.hang()
    controller.abort(new Error('enough'))
    await expect(honouring).rejects.toThrow('enough')
    releaseDeaf()
    await expect(deaf).rejects.toThrow('enough')
    await expect(open(source).read(controller.signal)).rejects.toThrow('enough')
  })

  it('wakes a watch at once for what changed since the reading, and only for that', async () => {
    const source = scriptedSource()
    const reader = open(source)
    const wakes: string[] = []
    void reader.watch?.(() => wakes.push('before any reading'), never())
    await reader.read(never())
    void reader.watch?.(() => wakes.push('nothing new'), never())
    await new Promise((resolve) => setImmediate(resolve))
    expect(wakes).toEqual([])
    const late = open(source)
    await late.read(never())
    source.set({ a: 1 })
    wakes.length = 0
    void late.watch?.(() => wakes.push('missed'), never())
    await new Promise((resolve) => setImmediate(resolve))
    expect(wakes).toEqual(['missed'])
  })

  it('wakes without a change when it is told, nobody after an abort', async () => {
    const source = scriptedSource()
    const reader = open(source)
    const controller = new AbortController()
    let wakes = 0
    const watching = reader.watch?.(() => {
      wakes += 1
    }, controller.signal)
    source.wake()
    expect(wakes).toBe(1)
    expect(source.watches).toBe(1)
    controller.abort()
    await watching
    source.wake()
    source.set({ a: 1 })
    expect(wakes).toBe(1)
    expect(source.watches).toBe(0)
  })

  it('fails its watches when it is told, and when a listener throws', async () => {
    const source = scriptedSource()
    const reader = open(source)
    const told = reader.watch?.(() => {}, never())
    source.failWatch(new Error('lost'))
    await expect(told).rejects.toThrow('lost')
    const thrown = reader.watch?.(() => {
      throw new Error('listener')
    }, never())
    source.wake()
    await expect(thrown).rejects.toThrow('listener')
    expect(source.watches).toBe(0)
  })

  it('counts its open readers', async () => {
    const source = scriptedSource()
    const readers = [open(source), open(source)]
    expect(source.readers).toBe(2)
    await readers[0]?.close()
    await readers[0]?.close()
    expect(source.readers).toBe(1)
  })
})
