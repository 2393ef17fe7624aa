import { describe, expect, it } from 'vitest'
import type { Layer } from '../model/layer.ts'
import { sourceName } from '../model/source-name.ts'
import { readingOf } from './reading-of.ts'
import type { Reading } from './source.ts'

const source = sourceName('home', 'a')

function layerOf(reading: Reading): Layer {
  if (reading.kind !== 'layer') throw new Error(reading.kind)
  return reading.layer
}

describe('readingOf', () => {
  it('gives a frozen copy with a digest', () => {
    const tree = { pool: { max: 5 }, hosts: ['a'] }
    const layer = layerOf(readingOf({ source, tree }))
    expect(layer).toMatchObject({ source, tree, digest: expect.any(String) })
    expect([layer, layer.tree, layer.tree['pool'], layer.tree['hosts']].every(Object.isFrozen)).toBe(true)
    expect(layer.locate(['pool'])).toBeUndefined()
    tree.pool.max = 6
    expect(layer.tree['pool']).toEqual({ max: 5 })
  })

  it('gives the very same layer for the same content, and shares what has not changed', () => {
    const first = readingOf({ source, tree: { a: { x: 1 }, b: { y: 2 } } })
    const same = readingOf({ source, tree: { b: { y: 2 }, a: { x: 1 } }, previous: first })
    expect(layerOf(same)).toBe(layerOf(first))
    const next = layerOf(readingOf({ source, tree: { a: { x: 1 }, b: { y: 3 } }, previous: same }))
    expect(next.tree['a']).toBe(layerOf(first).tree['a'])
    expect(next.digest).not.toBe(layerOf(first).digest)
  })

  it('gives another layer of the same tree where only the places have changed', () => {
    const at = (line: number) => () => ({ kind: 'file', file: 'a', line }) as const
    const first = readingOf({ source, tree: { a: [1] }, locate: at(1) })
    const moved = layerOf(readingOf({ source, tree: { a: [1] }, locate: at(2), previous: first }))
    expect(moved.tree).toBe(layerOf(first).tree)
    expect(moved.digest).toBe(layerOf(first).digest)
    expect(moved.locate(['a'])).toMatchObject({ line: 2 })
  })

  it('says what keeps content from being configuration, without a value of it', () => {
    const tree = { password: () => 'hunter2', when: new Date(0) }
    const reading = readingOf({ source, tree, previous: readingOf({ source, tree: {} }) })
    expect(reading).toMatchObject({
      kind: 'unreadable',
      problems: [
        { code: 'not_json', severity: 'error', path: 'password', origin: { source } },
        { code: 'not_json', severity: 'error', path: 'when', origin: { source } },
      ],
    })
    expect(JSON.stringify(reading)).not.toContain('hunter2')
    expect(readingOf({ source, tree: undefined })).toMatchObject({ problems: [{ code: 'not_an_object' }] })
  })

  it('begins anew after a reading that gave none, and hands warnings on', () => {
    const problem = { code: 'absent', severity: 'warning', message: 'is old' } as const
    const reading = readingOf({ source, tree: {}, previous: { kind: 'absent', problem }, warnings: [problem] })
    expect(reading).toMatchObject({ kind: 'layer', warnings: [problem] })
  })
})
