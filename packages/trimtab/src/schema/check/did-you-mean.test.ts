import { describe, expect, it } from 'vitest'
import { editDistance, nearestName } from './did-you-mean.ts'

describe('nearestName', () => {
  it.each([
    ['pasword', 'password'],
    ['hots', 'host'],
    ['mx', 'max'],
    ['requests_per_second', 'requestsPerSecond'],
    ['PORT', 'port'],
  ])('takes %s for %s', (written, meant) => {
    expect(nearestName(written, ['password', 'host', 'max', 'requestsPerSecond', 'port'])).toBe(meant)
  })

  it('says nothing where nothing is near', () => {
    expect(nearestName('banana', ['password', 'host'])).toBeUndefined()
    expect(nearestName('c', ['a', 'b'])).toBeUndefined()
    expect(nearestName('', ['a'])).toBeUndefined()
  })
})

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['abc', 'abc', 0],
    ['abc', 'acb', 1],
    ['abc', 'abcd', 1],
    ['kitten', 'sitting', 3],
  ])('from %j to %j is %d', (a, b, distance) => {
    expect(editDistance(a, b, 10)).toBe(distance)
    expect(editDistance(b, a, 10)).toBe(distance)
  })

  it('stops at its limit', () => {
    expect(editDistance('kitten', 'sitting', 2)).toBe(2)
  })
})
