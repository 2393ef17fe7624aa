import { describe, expect, it } from 'vitest'
import { onAbort } from '../../primitives/abort.ts'
import { ok } from '../../primitives/result.ts'
import { createManualClock } from '../../testing/manual-clock.ts'
import { followReferences } from './follow-references.ts'
import type { Reference } from './parse-references.ts'
import type { ReferenceResolver } from './resolver.ts'

const ref = (name: string, scheme = 'vault'): Reference => ({ scheme, name })

/** Watches until it is told to end, and remembers who is being watched. */
function watchingResolver() {
  const watched = new Map<string, { wake: () => void; fail: (error: unknown) => void }>()
  let begun = 0
  const resolver: ReferenceResolver = {
    scheme: 'vault',
    resolve: async () => ok('x'),
    watch(name, wake, signal) {
      begun += 1
      return new Promise((resolve, reject) => {
        const done = (end: () => void) => {
          watched.delete(name)
          end()
        }
        watched.set(name, { wake, fail: (error) => done(() => reject(error)) })
        onAbort(signal, () => done(resolve))
      })
    },
  }
  return { resolver, watched, begun: () => begun }
}

function following() {
  const clock = createManualClock()
  const controller = new AbortController()
  const woken: string[] = []
  const watching = watchingResolver()
  const silent: ReferenceResolver = { scheme: 'env', resolve: async () => ok('x') }
  const follower = followReferences({
    resolvers: [watching.resolver, silent],
    clock,
    random: () => 0.5,
    wake: ({ name }) => void woken.push(name),
    signal: controller.signal,
  })
  return { ...watching, clock, controller, woken, follower }
}

describe('followReferences', () => {
  it('tells which name may have another value', async () => {
    const { follower, watched, woken, controller } = following()
    follower.follow([ref('a'), ref('b'), ref('HOME', 'env'), ref('x', 'unknown')])
    expect([...watched.keys()]).toEqual(['a', 'b'])
    watched.get('b')?.wake()
    expect(woken).toEqual(['b'])
    controller.abort()
    await follower.ended()
  })

  it('does not interrupt names that go on, and ends those that do not', async () => {
    const { follower, watched, begun, controller } = following()
    follower.follow([ref('a'), ref('b')])
    follower.follow([ref('b'), ref('c'), ref('c')])
    expect([...watched.keys()].sort()).toEqual(['b', 'c'])
    expect(begun()).toBe(3)
    follower.follow([])
    expect(watched.size).toBe(0)
    controller.abort()
    await follower.ended()
  })

  it('starts one again that failed, after a back-off', async () => {
    const { follower, watched, begun, clock, controller } = following()
    follower.follow([ref('a')])
    watched.get('a')?.fail(new Error('lost'))
    await clock.advance(0)
    expect(watched.size).toBe(0)
    await clock.advance(1_000)
    expect([...watched.keys()]).toEqual(['a'])
    expect(begun()).toBe(2)
    controller.abort()
    await follower.ended()
    expect(clock.pending).toBe(0)
  })

  it('follows nothing once it has ended', async () => {
    const { follower, watched, controller } = following()
    follower.follow([ref('a')])
    controller.abort()
    await follower.ended()
    follower.follow([ref('b')])
    expect(watched.size).toBe(0)
  })
})
