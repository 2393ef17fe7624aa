import { isTrimtabError, TrimtabError } from '../../errors/trimtab-error.ts'
import type { Clock } from '../../primitives/time/clock.ts'
import { runStep } from '../../primitives/time/deadline.ts'
import { failureKind } from '../../sources/failure-kind.ts'
import type { ConfigStore } from '../config-store.ts'
import { type HomeOptions, homeTimings } from './home-options.ts'

export interface GiveStoreParts extends Pick<HomeOptions, 'open'> {
  readonly tenant: string
  readonly clock: Clock
  readonly signal: AbortSignal
  /** A store that came when nobody waited for it any more. */
  readonly onLate: (store: ConfigStore) => void
}

/** Asks for the store of a tenant, under a deadline. Throws `store_unavailable` where there is none, and what the signal says. */
export async function giveStore({ tenant, open, clock, signal, onLate }: GiveStoreParts): Promise<ConfigStore> {
  const timeout = homeTimings.openTimeout
  const end = await runStep({
    clock,
    timeout,
    signal,
    run: (over) => open(tenant, { signal: over }),
    onLate(late) {
      if ('value' in late && isStore(late.value)) onLate(late.value)
    },
  })
  switch (end.kind) {
    case 'done':
      if (isStore(end.value)) return end.value
      throw new TrimtabError('option_invalid', `The option tenants.open gave no store for ${tenant}.`)
    case 'aborted':
      throw end.error
    case 'timed_out':
      throw unreachable(tenant, `was not given within ${timeout} ms`)
    case 'failed':
      // What it threw may quote what it connects with.
      if (isTrimtabError(end.error)) throw end.error
      throw unreachable(tenant, `could not be had (${failureKind(end.error)})`)
    default:
      return end satisfies never
  }
}

function isStore(value: unknown): value is ConfigStore {
  if (typeof value !== 'object' || value === null || !('events' in value)) return false
  const { events } = value
  if (typeof events !== 'object' || events === null) return false
  return [Reflect.get(value, 'wakeups'), Reflect.get(value, 'close'), Reflect.get(events, 'on')].every(isFunction)
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

function unreachable(tenant: string, why: string): TrimtabError {
  return new TrimtabError('store_unavailable', `The store of the tenant ${tenant} ${why}.`, { details: { tenant } })
}
