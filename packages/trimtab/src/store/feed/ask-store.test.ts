import { describe, expect, it } from 'vitest'
import { sleep } from '../../primitives/time/clock.ts'
import { createManualClock } from '../../testing/manual-clock.ts'
import type { ConfigStore } from '../config-store.ts'
import type { EnvironmentDocument } from '../document.ts'
import { memoryStore } from '../memory/memory-store.ts'
import { readAll } from './ask-store.ts'
import { feedTimings } from './feed-timings.ts'

const environment = 'checkout/production'

/** A store whose readings of everything take as long as it is told, each in its turn; `Infinity` for a silent connection. */
function slowly(...durations: readonly number[]) {
  const clock = createManualClock()
  const memory = memoryStore({ clock })
  let asked = 0
  const readEnvironment: ConfigStore['readEnvironment'] = async (name, signal) => {
    const duration = durations[Math.min(asked, durations.length - 1)] ?? 0
    asked += 1
    if (duration === Infinity)
      await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
    else await sleep(clock, duration, signal)
    return memory.readEnvironment(name)
  }
  const controller = new AbortController()
  const reading = readAll({ store: { ...memory, readEnvironment }, environment, clock, signal: controller.signal })
  const ended: { answer?: EnvironmentDocument | undefined; error?: unknown } = {}
  void reading.then(
    (answer) => void (ended.answer = answer),
    (error: unknown) => void (ended.error = error),
  )
  return { clock, controller, ended, asked: () => asked }
}

describe('reading everything', () => {
  it('is asked for once where the answer comes soon', async () => {
    const { clock, ended, asked } = slowly(feedTimings.readTimeout - 1)
    await clock.advance(feedTimings.readTimeout - 1)
    expect([ended.answer?.environment, asked(), clock.pending]).toEqual([environment, 1, 0])
  })

  it('does not wait for a connection that has gone silent, nor for the next that has', async () => {
    const { clock, ended, asked } = slowly(Infinity, Infinity, 10)
    await clock.advance(2 * feedTimings.readTimeout + 10)
    expect([ended.answer?.environment, asked(), clock.pending]).toEqual([environment, 3, 0])
  })

  it('waits for an answer that takes long, whatever is asked beside it', async () => {
    const long = feedTimings.fullReadTimeout - 1
    const { clock, ended, asked } = slowly(long)
    await clock.advance(long - 1)
    expect(ended.answer).toBeUndefined()
    await clock.advance(1)
    expect([ended.answer?.environment, clock.pending]).toEqual([environment, 0])
    expect(asked()).toBeLessThanOrEqual(1 + Math.ceil(long / feedTimings.readTimeout))
  })

  it('gives up at its time, and at once with its signal, and leaves nothing', async () => {
    const late = slowly(Infinity)
    await late.clock.advance(feedTimings.fullReadTimeout)
    expect(late.ended.error).toMatchObject({ code: 'store_unavailable' })
    expect(late.clock.pending).toBe(0)
    const left = slowly(Infinity)
    await left.clock.advance(3_000)
    left.controller.abort(new Error('enough'))
    await left.clock.advance(0)
    expect(left.ended.error).toMatchObject({ message: 'enough' })
    expect(left.clock.pending).toBe(0)
  })
})
