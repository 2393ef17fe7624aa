import { afterAll, beforeAll } from 'vitest'

/** Notes every rejection in the test file that nobody handled. */
export function followUnhandled(): readonly unknown[] {
  const unhandled: unknown[] = []
  const note = (reason: unknown) => void unhandled.push(reason)
  beforeAll(() => void process.on('unhandledRejection', note))
  afterAll(() => void process.off('unhandledRejection', note))
  return unhandled
}
