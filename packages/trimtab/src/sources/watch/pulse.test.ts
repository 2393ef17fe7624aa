import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../testing/manual-clock.ts'
import { type Beat, createPulse, type Pulse } from './pulse.ts'

const timings = { settle: 100, maximumWait: 2_000, poll: 5_000 }

function beating() {
  const clock = createManualClock()
  const pulse = createPulse(clock, timings)
  const beats: string[] = []
  const listen = async (of: Pulse) => {
    let beat: Beat
    do {
      beat = await of.next()
      beats.push(`${beat}@${clock.monotonic()}`)
    } while (beat !== 'stopped')
  }
  return { clock, pulse, beats, listening: listen(pulse) }
}

describe('a pulse', () => {
  it('beats when the settling time has passed since the last event', async () => {
    const { clock, pulse, beats } = beating()
    await clock.advance(1_000)
    pulse.event()
    await clock.advance(60)
    pulse.event()
    await clock.advance(99)
    expect(beats).toEqual([])
    await clock.advance(1)
    expect(beats).toEqual(['event@1160'])
  })

  it('beats at the maximum wait while events go on, and once more after the last of them', async () => {
    const { clock, pulse, beats } = beating()
    for (let at = 0; at < 4_500; at += 50) {
      pulse.event()
      await clock.advance(50)
    }
    expect(beats).toEqual(['event@2000', 'event@4000'])
    await clock.advance(1_000)
    expect(beats).toEqual(['event@2000', 'event@4000', 'event@4550'])
  })

  it('beats at each poll while nothing happens', async () => {
    const { clock, beats } = beating()
    await clock.advance(15_000)
    expect(beats).toEqual(['poll@5000', 'poll@10000', 'poll@15000'])
  })

  it('waits for an event to settle although a poll would have come before', async () => {
    const { clock, pulse, beats } = beating()
    await clock.advance(4_950)
    pulse.event()
    await clock.advance(5_150)
    expect(beats).toEqual(['event@5050', 'poll@10050'])
  })

  it('counts events that come while nobody waits', async () => {
    const clock = createManualClock()
    const pulse = createPulse(clock, timings)
    pulse.event()
    await clock.advance(70)
    const beat = pulse.next()
    await clock.advance(30)
    await expect(beat).resolves.toBe('event')
    expect(clock.pending).toBe(0)
  })

  it('beats at once for an event that has settled while nobody waited', async () => {
    const clock = createManualClock()
    const pulse = createPulse(clock, timings)
    pulse.event()
    await clock.advance(3_000)
    const beat = pulse.next()
    await clock.advance(0)
    await expect(beat).resolves.toBe('event')
  })

  it('does not end a wait before its time where the timers of the system come early', async () => {
    const clock = createManualClock()
    const early = { ...clock, schedule: (delay: number, run: () => void) => clock.schedule(delay * 0.9, run) }
    const pulse = createPulse(early, timings)
    pulse.event()
    let beat: Beat | undefined
    void pulse.next().then((value) => {
      beat = value
    })
    await clock.advance(99)
    expect(beat).toBeUndefined()
    await clock.advance(2)
    expect(beat).toBe('event')
  })

  it('ends the wait when it is stopped, for ever, and leaves no timer', async () => {
    const { clock, pulse, beats, listening } = beating()
    pulse.event()
    pulse.stop()
    pulse.stop()
    await listening
    pulse.event()
    await expect(pulse.next()).resolves.toBe('stopped')
    expect(beats).toEqual(['stopped@0'])
    expect(clock.pending).toBe(0)
  })

  it('keeps one timer however many events come', async () => {
    const { clock, pulse, beats } = beating()
    for (let count = 0; count < 10_000; count += 1) pulse.event()
    await clock.advance(0)
    expect(clock.pending).toBe(1)
    await clock.advance(100)
    expect(beats).toEqual(['event@100'])
  })

  it.each([
    { settle: 0 },
    { settle: -1 },
    { maximumWait: Number.NaN },
    { poll: Number.POSITIVE_INFINITY },
    { poll: 2 ** 31 },
  ])('refuses timings that no timer can keep: %o', (wrong) => {
    expect(() => createPulse(createManualClock(), { ...timings, ...wrong })).toThrow(/expected milliseconds/)
  })
})
