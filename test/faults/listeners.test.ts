import { createPlane, defineConfig, defineModule, dynamic, type TrimtabEvent } from 'trimtab'
import { createManualClock, scriptedSource } from 'trimtab/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { hearingLogger } from '../support/hearing-logger.ts'
import { hostileError, unreadable } from '../support/misbehaviour.ts'
import { settle } from '../support/settle.ts'
import { followUnhandled } from '../support/unhandled.ts'

const unhandled = followUnhandled()
const config = defineConfig(z.object({ app: dynamic(z.object({ value: z.number() })) }))

async function boot() {
  const clock = createManualClock()
  const source = scriptedSource({ tree: { app: { value: 0 } } })
  const logger = hearingLogger()
  const app = defineModule({
    name: 'app',
    config: config.section('app'),
    start: ({ config: { value } }) => ({ value }),
    reload: ({ next, resource }) => {
      resource.value = next.value
    },
  })
  const plane = await createPlane({ config, sources: [source], modules: [app], clock, logger })
  const change = async (value: number) => {
    source.set({ app: { value } })
    return settle(clock, plane.reload())
  }
  return { clock, plane, logger, app, change }
}

type Booted = Awaited<ReturnType<typeof boot>>

/** What a listener of somebody else's may do. */
const hostile: readonly ((plane: Booted['plane']) => unknown)[] = [
  () => {
    throw new Error('a listener threw')
  },
  () => {
    throw null
  },
  () => {
    throw unreadable()
  },
  () => Promise.reject(hostileError()),
  () => Promise.reject(undefined),
  () => new Promise(() => {}),
  (plane) => void plane.reload(),
  (plane) => plane.reload(),
  (plane) => plane.watch('app.value', () => {})(),
  (plane) => plane.use(plane.watch as never, () => {}),
  (plane) => plane.explain('no.such.path'),
]

const many = 10_000

describe('ten thousand hostile listeners', () => {
  it('of events keep no other from being told, everything in order, and no reload from ending', async () => {
    const { clock, plane, app, change } = await boot()
    const before: number[] = []
    const after: number[] = []
    const note = (heard: number[]) => (event: TrimtabEvent) => {
      if (event.type === 'dev.trimtab.reload.committed') heard.push(event.generation)
    }
    plane.events.on(note(before))
    for (let count = 0; count < many; count += 1) {
      plane.events.on(({ type }) =>
        type === 'dev.trimtab.reload.committed' ? hostile[count % hostile.length]?.(plane) : undefined,
      )
    }
    plane.events.on(note(after))

    const from = clock.monotonic()
    for (let value = 1; value <= 3; value += 1) expect((await change(value)).status).toBe('full_success')

    expect(clock.monotonic()).toBe(from)
    expect(before).toEqual([2, 3, 4])
    expect(after).toEqual([2, 3, 4])
    expect(await plane.use(app, ({ value }) => value)).toBe(3)
    await settle(clock, plane.close())
    expect(clock.pending).toBe(0)
    expect(unhandled).toEqual([])
  })

  it('of a value keep no other from being told, and no reload from ending', async () => {
    const { clock, plane, change } = await boot()
    const heard: number[] = []
    for (let count = 0; count < many; count += 1) {
      plane.watch('app.value', () => hostile[count % hostile.length]?.(plane))
      plane.watch(
        () => {
          if (count % 2 === 0) throw unreadable()
          return Math.random()
        },
        () => Promise.reject(null),
      )
    }
    plane.watch('app.value', ({ previous, next }) => heard.push(previous, next))

    for (let value = 1; value <= 2; value += 1) expect((await change(value)).status).toBe('full_success')

    expect(heard).toEqual([0, 1, 1, 2])
    await settle(clock, plane.close())
    expect(clock.pending).toBe(0)
    expect(unhandled).toEqual([])
  })

  it('that close the plane while a reload ends get the one close, and the reload its outcome', async () => {
    const { clock, plane, change } = await boot()
    const closes: Promise<unknown>[] = []
    for (let count = 0; count < many; count += 1) {
      plane.events.on(({ type }) => type === 'dev.trimtab.reload.committed' && closes.push(plane.close()))
    }

    const outcome = await change(1)
    const reports = await settle(clock, Promise.all(closes))

    expect(outcome.status).toBe('full_success')
    expect(reports).toHaveLength(many)
    expect(new Set(reports).size).toBe(1)
    expect(plane.state).toEqual({ kind: 'closed' })
    expect(clock.pending).toBe(0)
  })

  it('that come and go while they are told are told of what they were there for', async () => {
    const { clock, plane, change } = await boot()
    const heard: string[] = []
    const stopSecond = { stop: () => {} }
    plane.watch('app.value', () => {
      heard.push('first')
      stopSecond.stop()
      plane.watch('app.value', () => heard.push('late'))
    })
    stopSecond.stop = plane.watch('app.value', () => heard.push('second'))

    await change(1)
    expect(heard).toEqual(['first'])
    await change(2)
    expect(heard).toEqual(['first', 'first', 'late'])
    await settle(clock, plane.close())
  })
})

it('what a listener threw is said once for each, and one who follows with an iterator is not held up', async () => {
  const { clock, plane, logger, change } = await boot()
  plane.watch('app.value', () => {
    throw new Error('no luck today')
  })
  const slow = plane.subscribe('app.value')
  await change(1)
  await change(2)

  expect(logger.lines.filter((line) => line.includes('no luck today'))).toHaveLength(2)
  // The newest, with what it was given last as the previous: nothing has piled up.
  expect((await slow.next()).value).toMatchObject({ previous: 0, next: 2, generation: 3 })
  await settle(clock, plane.close())
  expect((await slow.next()).done).toBe(true)
})

it('a logger that throws, rejects or hangs harms nobody', async () => {
  const clock = createManualClock()
  const source = scriptedSource({ tree: { app: { value: 0 } } })
  const logger = {
    debug: () => {
      throw new Error('no disk')
    },
    info: () => Promise.reject(new Error('no disk')),
    warn: () => new Promise(() => {}),
    error: () => {
      throw unreadable()
    },
  }
  const plane = await createPlane({ config, sources: [source], clock, logger })
  for (const value of [1, 'wrong', 2]) {
    source.set({ app: { value } })
    await settle(clock, plane.reload())
  }
  expect(plane.config.app.value).toBe(2)
  await settle(clock, plane.close())
  expect(unhandled).toEqual([])
})
