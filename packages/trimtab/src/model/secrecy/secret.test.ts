import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { isSecret, Secret } from './secret.ts'

describe('a secret', () => {
  const secret = new Secret('hunter2')

  it('gives its value to whoever asks for it', () => {
    expect(secret.reveal()).toBe('hunter2')
    expect(new Secret({ user: 'a' }).reveal()).toEqual({ user: 'a' })
  })

  it.each<[string, () => string]>([
    ['String', () => String(secret)],
    ['JSON', () => JSON.stringify({ secret })],
    ['inspect', () => inspect({ secret }, { showHidden: true, depth: 10 })],
    ['a concatenation', () => ['x', secret].map(String).join(' ')],
    ['its properties', () => JSON.stringify([Object.entries(secret), Object.assign({}, secret)])],
  ])('is not shown by %s', (_, print) => {
    expect(print()).not.toContain('hunter2')
  })

  it('equals another one with the same content', () => {
    expect(secret.equals(new Secret('hunter2'))).toBe(true)
    expect(secret.equals(new Secret('hunter3'))).toBe(false)
    expect(secret.equals('hunter2')).toBe(false)
    expect(new Secret({ a: 1, b: 2 }).equals(new Secret({ b: 2, a: 1 }))).toBe(true)
  })

  it('cannot be altered', () => {
    expect(Object.isFrozen(secret)).toBe(true)
  })
})

describe('isSecret', () => {
  it('knows those of another copy of the package, and nothing else', () => {
    const other = { [Symbol.for('trimtab.secret')]: true }
    expect([new Secret(1), other].every(isSecret)).toBe(true)
    expect([null, undefined, 'x', 0, {}, [], () => 0].some(isSecret)).toBe(false)
  })
})
