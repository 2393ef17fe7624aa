import { setFlagsFromString } from 'node:v8'
import { describe, expect, it } from 'vitest'
import { constructorOf } from './construct.ts'

/** Asks the engine itself; the syntax exists only behind a flag. */
function asksEngine(question: string): (a: object, b: object) => boolean {
  setFlagsFromString('--allow-natives-syntax')
  try {
    // oxlint-disable-next-line typescript/no-implied-eval -- there is no other way to ask
    return new Function('a', 'b', `return ${question}`) as (a: object, b: object) => boolean
  } finally {
    setFlagsFromString('--no-allow-natives-syntax')
  }
}

const haveSameHiddenClass = asksEngine('%HaveSameMap(a, b)')
const isNoDictionary = asksEngine('%HasFastProperties(a)')

describe('constructorOf', () => {
  it.each([1, 3, 16, 17, 40, 200])('gives frozen objects of %d keys one hidden class', (count) => {
    const keys = Array.from({ length: count }, (_, index) => `key${index}`)
    const construct = constructorOf(keys)
    const made = Array.from({ length: 50 }, (_none, round) => {
      const kinds = [round, `text${round}`, round / 3, { round }, [round], true, null, undefined]
      return Object.freeze(construct(keys.map((_key, index) => kinds[(index * round) % kinds.length])))
    })
    const last = made.at(-1) ?? {}
    for (const each of made.slice(20)) expect(haveSameHiddenClass(each, last)).toBe(true)
    expect(isNoDictionary(last, last)).toBe(true)
  })

  it('gives objects with the usual prototype and the keys in their order', () => {
    const object = constructorOf(['b', 'a'])([1, 2])
    expect(object).toEqual({ b: 1, a: 2 })
    expect(Object.keys(object)).toEqual(['b', 'a'])
    expect(Object.getPrototypeOf(object)).toBe(Object.prototype)
    expect(object.constructor).toBe(Object)
  })
})
