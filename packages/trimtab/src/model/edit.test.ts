import { describe, expect, it } from 'vitest'
import { isTrimtabError } from '../errors/trimtab-error.ts'
import type { JsonObject } from '../primitives/json.ts'
import { removeAt, setAt } from './edit.ts'
import { parsePath } from './path.ts'
import { adopt } from './share.ts'

const tree = adopt({ pool: { max: 10, idle: 5 }, hosts: [{ name: 'a' }, { name: 'b' }], http: { port: 80 } })

describe('setAt', () => {
  it('changes one place and shares the rest', () => {
    const edited = setAt(tree, ['pool', 'max'], 20)
    expect(edited).toEqual({ ...tree, pool: { max: 20, idle: 5 } })
    expect(edited['http']).toBe(tree.http)
    expect(edited['hosts']).toBe(tree.hosts)
    expect(Object.isFrozen(edited) && Object.isFrozen(edited['pool'])).toBe(true)
    expect(tree.pool.max).toBe(10)
  })

  it('gives the same tree when an equal value stands there', () => {
    expect(setAt(tree, ['pool', 'max'], 10)).toBe(tree)
    expect(setAt(tree, ['pool'], { idle: 5, max: 10 })).toBe(tree)
    expect(setAt(tree, [], { ...tree })).toBe(tree)
  })

  it('makes objects on the way, over what is none', () => {
    expect(setAt(tree, ['pool', 'max', 'hard'], 1)['pool']).toEqual({ max: { hard: 1 }, idle: 5 })
    expect(setAt(adopt({}), ['a', '__proto__', 'toString'], 1)).toEqual(
      JSON.parse('{"a":{"__proto__":{"toString":1}}}'),
    )
  })

  it('replaces an element of a list, or adds the next one', () => {
    expect(setAt(tree, parsePath('hosts[1].name'), 'c')['hosts']).toEqual([{ name: 'a' }, { name: 'c' }])
    expect(setAt(tree, parsePath('hosts[2]'), { name: 'c' })['hosts']).toHaveLength(3)
  })

  it.each(['hosts[3]', 'pool[0]', 'missing[0]', '[0]'])(
    'refuses %s, where there is no list that reaches so far',
    (path) => {
      const set = () => setAt(tree, parsePath(path), 1)
      expect(set).toThrow(path)
      expect(set).toThrow(expect.toSatisfy((error) => isTrimtabError(error, 'option_invalid')))
    },
  )

  it('refuses anything but an object as the whole', () => {
    expect(() => setAt(tree, [], 1)).toThrow('is an object')
  })

  it('leaves the value to its owner', () => {
    const value = { url: 'x' }
    const edited = setAt(tree, ['http'], value)
    value.url = 'changed'
    expect(edited['http']).toEqual({ url: 'x' })
  })
})

describe('removeAt', () => {
  it('takes one place away and shares the rest', () => {
    const edited = removeAt(tree, ['pool', 'max'])
    expect(edited).toEqual({ ...tree, pool: { idle: 5 } })
    expect(edited['http']).toBe(tree.http)
    expect(Object.isFrozen(edited) && Object.isFrozen(edited['pool'])).toBe(true)
  })

  it('leaves an empty object where its last key went', () => {
    expect(removeAt(tree, ['http', 'port'])['http']).toEqual({})
  })

  it('moves the elements of a list up', () => {
    expect(removeAt(tree, parsePath('hosts[0]'))['hosts']).toEqual([{ name: 'b' }])
    expect(removeAt(tree, parsePath('hosts[1].name'))['hosts']).toEqual([{ name: 'a' }, {}])
  })

  it.each(['missing', 'pool.missing', 'pool.max.deeper', 'hosts[9]', 'hosts.name', 'pool[0]', 'toString'])(
    'gives the same tree where nothing stands, at %s',
    (path) => {
      expect(removeAt(tree, parsePath(path))).toBe(tree)
    },
  )

  it('gives an empty tree when the whole is taken away', () => {
    const empty: JsonObject = removeAt(tree, [])
    expect(Object.keys(empty)).toEqual([])
  })
})
