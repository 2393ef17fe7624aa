import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { valueAt } from '../../packages/trimtab/src/model/path.ts'
import { adopt, frozenCopy } from '../../packages/trimtab/src/model/share.ts'
import {
  canonical,
  copyOf,
  deepFrozen,
  isDeepFrozen,
  jsonObject,
  pairOf,
  parts,
  shuffled,
} from '../support/json-trees.ts'

const runs = { numRuns: 1_000 }

describe('adopt', () => {
  it('gives the content of the fresh tree, deeply frozen', () => {
    fc.assert(
      fc.property(pairOf(jsonObject), fc.boolean(), ([previous, fresh], isFrozen) => {
        const content = canonical(fresh)
        const adopted = adopt(isFrozen ? deepFrozen(fresh) : fresh, deepFrozen(previous))
        expect(canonical(adopted)).toBe(content)
        expect(isDeepFrozen(adopted)).toBe(true)
      }),
      runs,
    )
  })

  it('gives the very object of before wherever the content is equal', () => {
    fc.assert(
      fc.property(pairOf(jsonObject), ([before, fresh]) => {
        const previous = deepFrozen(before)
        const adopted = adopt(fresh, previous)
        for (const [at, part] of parts(adopted)) {
          const counterpart = valueAt(previous, at)
          if (canonical(counterpart) === canonical(part)) expect(part).toBe(counterpart)
        }
      }),
      runs,
    )
  })

  it('gives the previous tree itself for the same content in any order of keys', () => {
    fc.assert(
      fc.property(jsonObject, fc.nat(), (tree, seed) => {
        const previous = adopt(copyOf(tree))
        expect(adopt(shuffled(tree, seed), previous)).toBe(previous)
      }),
      runs,
    )
  })

  it('never changes what is frozen, in the fresh tree or in the previous one', () => {
    fc.assert(
      fc.property(pairOf(jsonObject), ([before, after]) => {
        const previous = deepFrozen(before)
        const fresh = deepFrozen(after)
        const texts = [canonical(previous), canonical(fresh)]
        const adopted = adopt(fresh, previous)
        expect([canonical(previous), canonical(fresh)]).toEqual(texts)
        expect(adopt(fresh)).toBe(fresh)
        expect(canonical(adopted)).toBe(texts[1])
      }),
      runs,
    )
  })
})

describe('frozenCopy', () => {
  it('gives the same content frozen and leaves the value to its owner', () => {
    fc.assert(
      fc.property(jsonObject, (value) => {
        const content = canonical(value)
        const copy = frozenCopy(value)
        expect(isDeepFrozen(copy)).toBe(true)
        expect(canonical(copy)).toBe(content)
        for (const [, part] of parts(value)) expect(Object.isFrozen(part)).toBe(false)
        expect(frozenCopy(copy)).toBe(copy)
      }),
      runs,
    )
  })
})
