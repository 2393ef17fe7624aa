import { describe, expect, it } from 'vitest'
import { clean, config, isReference, layerOf } from '../../../../../test/support/state-folder.ts'
import type { Layer } from '../../model/layer.ts'
import type { Json } from '../../primitives/json.ts'
import { fromWire, toWire } from './wire-layers.ts'

const options = { shape: config.shape, isReference, clean }
const overTheWire = (layers: readonly Layer[]) => {
  const { kept, notKept } = toWire(layers, options)
  return fromWire(JSON.parse(JSON.stringify(kept)), JSON.parse(JSON.stringify(notKept)))
}

describe('layers on disk', () => {
  it('come back with the same name, content and digest, frozen all the way down, without a place', () => {
    const layer = layerOf('file', 'config.yaml', {
      pool: { max: 5, url: '${env:URL}' },
      routes: { '/v1/*': { upstream: 'a' } },
    })
    const { layers, notKept } = overTheWire([layer])
    expect(notKept).toEqual([])
    expect(layers).toHaveLength(1)
    const [restored] = layers
    expect(restored).toMatchObject({ source: layer.source, digest: layer.digest, tree: layer.tree })
    expect(restored?.locate(['pool', 'max'])).toBeUndefined()
    expect(isDeeplyFrozen(restored?.tree ?? 'nothing')).toBe(true)
    expect(Object.isFrozen(restored)).toBe(true)
  })

  it('keep their order, and leave out those with a secret that is written out, those that end, and what is too large', () => {
    const { layers, notKept } = overTheWire([
      layerOf('file', 'base.yaml', { text: 'base' }),
      layerOf('env', 'APP_', { pool: { url: 'postgres://app:hunter2@db' } }),
      layerOf('store', 'checkout/production', { pool: { max: 7, url: '${env:URL}' } }),
      layerOf('file', 'huge.yaml', { text: 'x'.repeat(6 * 1024 * 1024) }),
      layerOf('override', 'plane', { pool: { max: 99 } }),
    ])
    expect(layers.map(({ source }) => source)).toEqual(['file:base.yaml', 'store:checkout/production'])
    expect(notKept.map(({ source, why }) => `${source} ${why}`)).toEqual([
      'env:APP_ holds a secret that is written out (pool.url); write a reference there, as ${env:NAME} is one',
      'file:huge.yaml is larger than 5 MiB',
      'override:plane ends with the process',
    ])
    expect(JSON.stringify([layers, notKept])).not.toContain('hunter2')
  })

  it('leave out those into which somebody copied a secret, wherever it is', () => {
    const { layers, notKept } = overTheWire([
      layerOf('file', 'a', { text: 'the password is swordfish' }),
      layerOf('file', 'b', { routes: { swordfish: { upstream: 'swordfish' } } }),
      layerOf('file', 'c', { routes: { '/': { upstream: 'no fish' } }, unknown: 'swordfish' }),
    ])
    expect(layers.map(({ source }) => source)).toEqual(['file:c'])
    expect(notKept.map(({ source, why }) => `${source} ${why}`)).toEqual([
      'file:a holds what is a secret elsewhere (text); take it out of there, or mark the field secret()',
      'file:b holds what is a secret elsewhere (routes); take it out of there, or mark the field secret()',
    ])
    expect(JSON.stringify([layers, notKept])).not.toContain('swordfish')
  })

  it('that are none any more are named, and the others are used', () => {
    const good = { source: 'file:a', digest: 'x', tree: { text: 'a' } }
    const bad: Json[] = [
      { source: 'file:b', digest: 'x', tree: 'text' },
      { source: 'file:c', digest: 'x', tree: JSON.parse('{"__proto__":{"polluted":true}}') },
      { source: 'file:d', digest: 'x', tree: JSON.parse('{"a":'.repeat(50) + '1' + '}'.repeat(50)) },
    ]
    const { layers, notKept } = fromWire([good, ...bad, null, 7, {}], [{ source: 'env:A', why: 'was not kept' }, null])
    expect(layers.map(({ source }) => source)).toEqual(['file:a'])
    expect(notKept.map(({ source }) => source)).toEqual(['file:b', 'file:c', 'file:d', 'env:A'])
    expect(fromWire('nothing', undefined)).toEqual({ layers: [], notKept: [] })
  })
})

function isDeeplyFrozen(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return true
  return Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen)
}
