import { describe, expect, it } from 'vitest'
import { wakeStream } from './wake-stream.ts'

/** Something to listen to, and whether anybody does. */
function source() {
  const listeners = new Set<() => void>()
  return {
    listeners,
    wake: () => listeners.forEach((listener) => listener()),
    listen: (listener: () => void) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

describe('a stream of wakeups', () => {
  it('gives one for all that came while nobody waited', async () => {
    const { wake, listen } = source()
    const controller = new AbortController()
    const stream = wakeStream(controller.signal, listen)
    const first = stream.next()
    for (let count = 0; count < 5; count += 1) wake()
    expect(await first).toEqual({ done: false, value: undefined })
    for (let count = 0; count < 5; count += 1) wake()
    expect((await stream.next()).done).toBe(false)
    const waiting = stream.next()
    controller.abort()
    expect((await waiting).done).toBe(true)
  })

  it('listens only while somebody reads', async () => {
    const { wake, listen, listeners } = source()
    const stream = wakeStream(new AbortController().signal, listen)
    expect(listeners.size).toBe(0)
    const first = stream.next()
    expect(listeners.size).toBe(1)
    wake()
    await first
    await stream.return()
    expect(listeners.size).toBe(0)
  })

  it('lets go of what it listens to when its signal aborts', async () => {
    const { wake, listen, listeners } = source()
    const controller = new AbortController()
    const stream = wakeStream(controller.signal, listen)
    const first = stream.next()
    wake()
    await first
    wake()
    controller.abort()
    expect((await stream.next()).done).toBe(true)
    expect(listeners.size).toBe(0)
  })

  it('never begins where its signal has aborted', async () => {
    const { listen, listeners } = source()
    expect((await wakeStream(AbortSignal.abort(), listen).next()).done).toBe(true)
    expect(listeners.size).toBe(0)
  })
})
