import { describe, expect, it } from 'vitest'
import { mostSimilar } from './most-similar.ts'

describe('mostSimilar', () => {
  it.each([
    ['maxx', ['min', 'max'], 'max'],
    ['MAX', ['min', 'max'], 'max'],
    ['pasword', ['password', 'passport'], 'password'],
    ['hots', ['host', 'post'], 'host'],
    ['completely', ['other', 'things'], undefined],
    ['a', ['bcd'], undefined],
    ['x', [], undefined],
  ])('for %j among %j gives %j', (text, candidates, expected) => {
    expect(mostSimilar(text, candidates)).toBe(expected)
  })
})
