import { monitorEventLoopDelay } from 'node:perf_hooks'

/** How late the event loop has called back, in milliseconds. */
interface LoopDelay {
  readonly p99: number
  readonly longest: number
}

/** Measures how late the event loop is, without keeping the process alive. */
export interface LoopDelayMeter {
  /** Since the reading before; nothing late where nothing was measured yet. */
  read(): LoopDelay
  close(): void
}

const resolution = 10

export function measureLoopDelay(): LoopDelayMeter {
  const histogram = monitorEventLoopDelay({ resolution })
  histogram.enable()
  // It counts nanoseconds, and its own resolution with them.
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - resolution)
  return {
    read() {
      const delay =
        histogram.count === 0
          ? { p99: 0, longest: 0 }
          : { p99: late(histogram.percentile(99)), longest: late(histogram.max) }
      histogram.reset()
      return delay
    },
    close: () => void histogram.disable(),
  }
}
