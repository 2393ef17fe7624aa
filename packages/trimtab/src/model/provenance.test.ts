import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../primitives/json.ts'
import type { Layer } from './layer.ts'
import { parsePath, printPath } from './path.ts'
import { originOf } from './provenance.ts'
import { adopt } from './share.ts'
import { sourceName } from './source-name.ts'

function layer(name: string, tree: JsonObject): Layer {
  return {
    source: sourceName('file', name),
    tree: adopt(tree),
    digest: name,
    locate: (path) => (name === 'nowhere' ? undefined : { kind: 'file', file: `${name}#${printPath(path)}` }),
  }
}

function ask(layers: readonly Layer[], path: string) {
  const { winner, overridden } = originOf(layers, parsePath(path))
  return [winner?.source, ...overridden.map(({ origin, value }) => `${origin.source} said ${JSON.stringify(value)}`)]
}

describe('originOf', () => {
  it('names the highest layer that sets the place, and what the others said, the highest first', () => {
    const layers = [layer('a', { max: 1 }), layer('b', { max: null }), layer('c', {}), layer('d', { max: 3 })]
    expect(ask(layers, 'max')).toEqual(['file:d', 'file:b said null', 'file:a said 1'])
  })

  it('gives the place in the source where it is known', () => {
    expect(originOf([layer('a', { pool: { max: 1 } })], ['pool', 'max']).winner).toEqual({
      source: 'file:a',
      location: { kind: 'file', file: 'a#pool.max' },
    })
    expect(originOf([layer('nowhere', { max: 1 })], ['max']).winner).toEqual({ source: 'file:nowhere' })
  })

  it('knows nobody where nobody said anything', () => {
    expect(ask([layer('a', { pool: {} })], 'pool.max')).toEqual([undefined])
    expect(ask([], 'pool')).toEqual([undefined])
    expect(ask([layer('a', {})], 'constructor')).toEqual([undefined])
  })

  it('lets a higher value hide everything below its place', () => {
    const layers = [layer('a', { pool: { max: 1 } }), layer('b', { pool: null }), layer('c', { pool: { idle: 1 } })]
    expect(ask(layers, 'pool.max')).toEqual([undefined, 'file:a said 1'])
    expect(ask(layers, 'pool.idle')).toEqual(['file:c'])
  })

  it('takes an element of a list from the list that wins', () => {
    const layers = [layer('a', { hosts: ['x', 'y'] }), layer('b', { hosts: ['z'] })]
    expect(ask(layers, 'hosts[0]')).toEqual(['file:b', 'file:a said "x"'])
    expect(ask(layers, 'hosts[1]')).toEqual([undefined, 'file:a said "y"'])
    expect(ask([layer('a', { hosts: ['x'] }), layer('b', { hosts: {} })], 'hosts[0]')).toEqual([
      undefined,
      'file:a said "x"',
    ])
  })

  it('does not take an element for a key of the same digits', () => {
    expect(ask([layer('a', { hosts: ['x'] })], 'hosts["0"]')).toEqual([undefined])
    expect(ask([layer('a', { hosts: { 0: 'x' } })], 'hosts[0]')).toEqual([undefined])
  })

  it('gives the objects that add up to one, the highest as the winner', () => {
    const layers = [layer('a', { pool: { max: 1 } }), layer('b', { pool: { idle: 1 } })]
    expect(ask(layers, 'pool')).toEqual(['file:b', 'file:a said {"max":1}'])
  })
})
