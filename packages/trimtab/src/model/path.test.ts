import { describe, expect, it } from 'vitest'
import { isTrimtabError } from '../errors/trimtab-error.ts'
import { childPath, compareSegments, isUnder, parsePath, printPath, segmentsOf, valueAt } from './path.ts'

const canonical = (text: string) => printPath(parsePath(text))

describe('parsePath', () => {
  it.each<[string, readonly (string | number)[]]>([
    ['', []],
    ['pool', ['pool']],
    ['pool.max', ['pool', 'max']],
    ['_a.b-c.d9', ['_a', 'b-c', 'd9']],
    ['servers[0].host', ['servers', 0, 'host']],
    ['routes["/v1/*"].upstream', ['routes', '/v1/*', 'upstream']],
    ['["a.b"]["c\\"]"]', ['a.b', 'c"]']],
    ['a[""][12]', ['a', '', 12]],
    ['a["0"]', ['a', '0']],
  ])('reads %j, and what it reads is printed the same', (text, segments) => {
    expect(parsePath(text)).toEqual(segments)
    expect(printPath(segments)).toBe(text)
  })

  it('reads what a person may write as what is printed', () => {
    expect(canonical('a["b"].c')).toBe('a.b.c')
  })

  it.each([
    '.a',
    'a.',
    'a..b',
    'a b',
    '9a',
    'a[',
    'a[x]',
    'a[-1]',
    'a["b]',
    'a["b"',
    'a["\\x"]',
    'a[0]b',
    '[1234567890]',
  ])('refuses %j and says where', (text) => {
    expect(() => parsePath(text)).toThrow(expect.toSatisfy((error) => isTrimtabError(error, 'option_invalid')))
    expect(() => parsePath(text)).toThrow(/at character \d+/)
  })

  it('refuses what is too long or too deep, and reads it back where it was printed', () => {
    const long = printPath([`a${'b'.repeat(600)}`])
    const deep = printPath(Array.from({ length: 33 }, () => 'a'))
    expect(() => parsePath(long)).toThrow('longer than 512')
    expect(() => parsePath(deep)).toThrow('more than 32 levels')
    expect(segmentsOf(long)).toHaveLength(1)
    expect(segmentsOf(deep)).toHaveLength(33)
  })
})

describe('childPath', () => {
  it('is the path of the parent and one more key', () => {
    expect(childPath(canonical(''), 'a')).toBe('a')
    expect(childPath(canonical('a'), 'b')).toBe('a.b')
    expect(childPath(canonical('a'), 0)).toBe('a[0]')
    expect(childPath(canonical('a'), '*')).toBe('a["*"]')
    expect(childPath(canonical(''), '')).toBe('[""]')
  })
})

describe('valueAt', () => {
  const tree = { pool: { max: 10 }, hosts: [{ name: 'a' }], none: null, keyed: { 0: 'x' } }

  it('gives what stands at a place', () => {
    expect(valueAt(tree, ['pool', 'max'])).toBe(10)
    expect(valueAt(tree, ['hosts', 0, 'name'])).toBe('a')
    expect(valueAt(tree, ['none'])).toBe(null)
    expect(valueAt(tree, [])).toBe(tree)
  })

  it.each([
    ['missing'],
    ['pool', 'max', 'deeper'],
    ['none', 'deeper'],
    ['hosts', 1],
    ['hosts', 'length'],
    ['hosts', '0'],
    ['keyed', 0],
    ['constructor'],
    ['pool', '__proto__'],
  ])('gives nothing where nothing stands: %s %s', (...path) => expect(valueAt(tree, path)).toBe(undefined))
})

describe('isUnder', () => {
  it('goes by keys and not by letters', () => {
    expect(isUnder(['db', 'max'], ['db'])).toBe(true)
    expect(isUnder(['db'], ['db'])).toBe(true)
    expect(isUnder(['db'], [])).toBe(true)
    expect(isUnder(['dbx'], ['db'])).toBe(false)
    expect(isUnder(['db'], ['db', 'max'])).toBe(false)
    expect(isUnder(['a', '0'], ['a', 0])).toBe(false)
  })
})

describe('compareSegments', () => {
  it('sorts key by key, parents first, elements by number', () => {
    const sorted = ['A', 'a', 'a.b', 'a[2]', 'a[10]', 'ab', 'b']
    const places = ['b', 'a[10]', 'ab', 'a', 'a[2]', 'A', 'a.b'].map(parsePath).sort(compareSegments).map(printPath)
    expect(new Set(places)).toEqual(new Set(sorted))
    expect(places.indexOf(canonical('a[2]'))).toBeLessThan(places.indexOf(canonical('a[10]')))
    expect(places[0]).toBe('A')
    expect(places[1]).toBe('a')
    expect(places.slice(-2)).toEqual(['ab', 'b'])
  })
})
