import type { Clock, Timer } from '../../primitives/time/clock.ts'

export interface IdlenessParts {
  readonly clock: Clock
  /** Milliseconds. */
  readonly idleAfter: number
  /** Has the next use be told, by `used`: each one would cost too much. */
  readonly watch: () => void
  readonly onChange: (isIdle: boolean) => void
}

/** Whether something is used. It is looked at four times in `idleAfter`, which may be overrun by a quarter. */
export interface Idleness {
  used(): void
  close(): void
}

export function createIdleness({ clock, idleAfter, watch, onChange }: IdlenessParts): Idleness {
  let usedAt = clock.monotonic()
  let isIdle = false
  let timer: Timer | undefined
  const look = () => {
    isIdle = clock.monotonic() - usedAt >= idleAfter
    timer = isIdle ? undefined : clock.schedule(idleAfter / 4, look)
    watch()
    if (isIdle) onChange(true)
  }
  if (idleAfter !== Infinity) look()
  return {
    used() {
      usedAt = clock.monotonic()
      if (!isIdle) return
      look()
      onChange(false)
    },
    close() {
      timer?.cancel()
      isIdle = false
    },
  }
}
